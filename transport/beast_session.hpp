#pragma once

// Internal to transport: one connection of a listener.

#include "transport/beast_listener.hpp"
#include "transport/net.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace spillway::transport {

/// Reads requests, hands each to the handler and writes its reply, until either side closes.
class beast_session : public std::enable_shared_from_this<beast_session> {
public:
  beast_session(net::socket socket, std::shared_ptr<const beast_listener_options> options,
                std::shared_ptr<const http_handler> handler);

  /// Serves until the connection ends, then calls `on_end`, both on the session's strand.
  void start(std::function<void()> on_end);

  /// Closes the connection. From any thread.
  void close();

private:
  enum class next { read_on, end };

  net::awaitable<> serve();
  net::awaitable<next> serve_one();
  net::awaitable<std::optional<wire::http_request>> read_request(bool& keep_alive);
  net::awaitable<http_server_reply> ask_handler(wire::http_request request);
  net::awaitable<next> write_reply(const wire::http_response& response, bool keep_alive);
  net::awaitable<> refuse(int status, const char* why);
  net::awaitable<> enact(http_connection_fault fault);
  void watch(duration limit);

  net::socket socket_;
  std::shared_ptr<const beast_listener_options> options_;
  std::shared_ptr<const http_handler> handler_;
  boost::beast::flat_buffer buffer_;
  net::timer watchdog_;
  net::timer replied_; ///< cancelled when the handler has replied
  std::optional<http_server_reply> reply_;
};

} // namespace spillway::transport
