#pragma once

#include "runtime/wiring.hpp"
#include "transport/http_client.hpp"
#include "transport/io_threads.hpp"

#include <future>
#include <memory>
#include <vector>

namespace spillway::transport {
class beast_client;
}

namespace spillway::runtime {

/// Sockets for a command that asks a few questions and ends: on a thread of their own, for as long
/// as this lives. Not for actors.
class command_network {
public:
  command_network();
  ~command_network();
  command_network(const command_network&) = delete;
  command_network& operator=(const command_network&) = delete;

  /// Its clients live as long as this does.
  http_client_factory factory();

  boost::asio::io_context& context() { return io_.context(); }

private:
  transport::io_threads io_{1};
  std::vector<std::shared_ptr<transport::beast_client>> clients_;
};

/// Sends a request; its outcome can be waited for.
std::future<transport::http_exchange> ask(transport::http_client& client,
                                          const transport::http_endpoint& to,
                                          wire::http_request request,
                                          const transport::http_timeouts& timeouts);

} // namespace spillway::runtime
