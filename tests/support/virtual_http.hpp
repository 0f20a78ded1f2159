#pragma once

#include "tests/support/virtual_system.hpp"
#include "transport/http_client.hpp"
#include "transport/http_server.hpp"

#include <memory>
#include <optional>
#include <random>
#include <unordered_map>

namespace spillway::tests {

/// An HTTP client on virtual time: hands each request to a handler after a network delay and brings
/// its reply back after another, honouring the timeouts of the port. Faults of the handler become
/// what a socket would have shown.
class virtual_http : public transport::http_client {
public:
  virtual_http(virtual_system& world, transport::http_handler handler, std::uint64_t seed);

  transport::http_call_id send(const transport::http_endpoint& to, wire::http_request request,
                               const transport::http_timeouts& timeouts,
                               completion on_done) override;
  /// The head when the handler's reply begins, the body as the handler writes it.
  transport::http_call_id send_streamed(const transport::http_endpoint& to,
                                        wire::http_request request,
                                        const transport::http_timeouts& timeouts,
                                        transport::http_stream_events events,
                                        completion on_done) override;
  void consume(transport::http_call_id id, std::size_t bytes) override;
  void cancel(transport::http_call_id id) override;

  /// From now on every connection is refused (or no longer).
  void refuse_connections(bool refused) { refused_ = refused; }

  std::size_t open_calls() const { return calls_.size(); }

private:
  struct call {
    completion on_done;
    mono_time sent_at{};
    mono_time first_byte_at = sent_at;
    std::optional<transport::http_stream_events> events = std::nullopt;
    std::shared_ptr<transport::http_body> body = nullptr; ///< what the handler still writes
    wire::http_response head = {};
    std::size_t unconsumed = 0;
  };

  duration network_delay();
  void deliver(transport::http_call_id id, transport::http_server_reply reply);
  void fail(transport::http_call_id id, transport::http_failure_kind kind, bool sent);
  void deliver_whole(transport::http_call_id id, wire::http_response response);
  void begin(transport::http_call_id id, transport::http_streamed_reply reply);
  void pull(transport::http_call_id id);
  void hand_out(call& c, std::string bytes);
  void finish(transport::http_call_id id,
              std::variant<wire::http_response, transport::http_failure> outcome);

  virtual_system& world_;
  transport::http_handler handler_;
  std::minstd_rand random_;
  std::unordered_map<transport::http_call_id, call> calls_;
  transport::http_call_id next_id_ = 1;
  bool refused_ = false;
};

} // namespace spillway::tests
