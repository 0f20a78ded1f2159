#include "runtime/command_network.hpp"

#include "transport/beast_client.hpp"

namespace spillway::runtime {

command_network::command_network() = default;

command_network::~command_network() {
  for (const auto& client : clients_) {
    std::promise<void> stopped;
    client->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
  }
}

http_client_factory command_network::factory() {
  return [this](const http_client_needs& n) -> result<std::shared_ptr<transport::http_client>> {
    auto made = transport::beast_client::make(io_.context(),
                                              {n.ca_file, n.connections_max, n.public_only});
    if (!made)
      return made.failure();
    clients_.push_back(*made);
    return std::shared_ptr<transport::http_client>{*made};
  };
}

std::future<transport::http_exchange> ask(transport::http_client& client,
                                          const transport::http_endpoint& to,
                                          wire::http_request request,
                                          const transport::http_timeouts& timeouts) {
  auto done = std::make_shared<std::promise<transport::http_exchange>>();
  auto answer = done->get_future();
  client.send(to, std::move(request), timeouts,
              [done](transport::http_exchange e) { done->set_value(std::move(e)); });
  return answer;
}

} // namespace spillway::runtime
