#pragma once

#include "core/bounds.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "transport/http_server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace spillway::transport {

struct beast_listener_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0; ///< 0: any free one
  std::string tls_cert; ///< PEM file of the certificate and its chain; empty: plain HTTP
  std::string tls_key;  ///< PEM file of its key
  std::size_t head_bytes_max = bounds::http_head_bytes_max;
  std::size_t body_bytes_max = bounds::http_request_body_bytes_max;
  std::size_t connections_max = bounds::listener_connections_max;
  duration head_timeout = std::chrono::seconds{10}; ///< first byte of a head -> its end
  duration body_timeout = std::chrono::seconds{30};
  duration idle_timeout = std::chrono::seconds{75}; ///< between two requests of a connection
  duration write_timeout = std::chrono::seconds{30};
  /// Words what cannot be read, with its status: 400, 408, 413, 431, or 503 for a connection over
  /// the cap. Empty: in plain text. Called on the threads of the listener.
  std::function<wire::http_response(int status, const std::string& why)> refuse{};
};

/// An HTTP/1.1 server with keep-alive, over TLS 1.2 or later if it has a certificate. Requests of
/// one connection are answered one after another.
/// Too large heads and bodies are answered 431 and 413, half-sent requests 408, anything that is
/// not HTTP 400; then the connection is closed. So is one beyond the cap, with 503 and Retry-After
/// while there are few of them.
class beast_listener {
public:
  /// When the certificate in these files ends. Errors: why `listen` and `replace_certificate` would
  /// not take them.
  static result<wall_time> check_certificate(const std::string& cert_file,
                                             const std::string& key_file);

  /// Begins to listen. `handler` is called on the threads of `io`, which outlives the listener.
  /// Errors: the address is none or is taken; a file of TLS cannot be used.
  static result<std::unique_ptr<beast_listener>>
  listen(boost::asio::io_context& io, beast_listener_options options, http_handler handler);

  /// Closes the listener and every connection.
  ///
  /// Whoever wants no reply cut calls `drain` before and waits.
  ~beast_listener();

  /// Accepts nothing more, lets each connection end after the reply it owes, and calls `on_drained`
  /// once on an I/O thread when none is left.
  void drain(std::function<void()> on_drained);

  /// Shows new connections what is in these files now. Requires: it listens with TLS.
  /// Errors: a file cannot be used; then the certificate so far stays.
  result<void> replace_certificate(const std::string& cert_file, const std::string& key_file);

  std::uint16_t port() const noexcept;

private:
  class core;
  explicit beast_listener(std::shared_ptr<core> c);
  std::shared_ptr<core> core_;
};

} // namespace spillway::transport
