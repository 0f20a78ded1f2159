#pragma once

#include "core/bounds.hpp"
#include "core/result.hpp"
#include "transport/http_client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace spillway::transport {

struct beast_client_options {
  std::string ca_file{}; ///< PEM file of authorities to trust instead of the system's
  std::size_t connections_max = bounds::connections_per_endpoint_max; ///< to one endpoint
  bool public_only = false; ///< refuse addresses that lie within this machine or a private network
  duration idle_connection_max = std::chrono::seconds{60}; ///< vendors close at 60-75 s themselves
};

/// The HTTP/1.1 client: keep-alive connections over plain TCP or verified TLS, on an `io_context`
/// that outlives it. Follows no redirects. A request that cannot be written whole on a *reused*
/// connection is written once more on a fresh one: the server had closed it while it was idle. One
/// that was written is never repeated: the server may have served it.
class beast_client final : public http_client {
public:
  /// Errors: `ca_file` cannot be used.
  static result<std::shared_ptr<beast_client>> make(boost::asio::io_context& io,
                                                    beast_client_options options);

  /// Stops; calls in flight complete with `shut_down` if the io_context still runs.
  ~beast_client() override;

  http_call_id send(const http_endpoint& to, wire::http_request request,
                    const http_timeouts& timeouts, completion on_done) override;
  http_call_id send_streamed(const http_endpoint& to, wire::http_request request,
                             const http_timeouts& timeouts, http_stream_events events,
                             completion on_done) override;
  void consume(http_call_id id, std::size_t bytes) override;
  void cancel(http_call_id id) override;

  /// Cuts every call (`shut_down`), closes every connection, then calls `on_stopped` on an I/O
  /// thread. Later sends complete with `shut_down`.
  void stop(std::function<void()> on_stopped);

private:
  class core;
  explicit beast_client(std::shared_ptr<core> c);
  std::shared_ptr<core> core_;
};

} // namespace spillway::transport
