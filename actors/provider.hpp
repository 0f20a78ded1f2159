#pragma once

#include "actors/http_exchange.hpp"
#include "actors/reply_stream.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"
#include "providers/codec.hpp"
#include "transport/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <unordered_map>

namespace spillway::actors {

struct provider_options {
  provider_id id;
  std::shared_ptr<const providers::codec> codec;
  std::shared_ptr<transport::http_client> http;
  transport::http_endpoint endpoint;
  transport::http_timeouts timeouts;
  wall_clock wall;
};

/// Speaks to one upstream: a codec for its dialect and a client for its sockets. Keeps no more than
/// the calls in flight; limits, money and retries are other actors' business.
class provider_state {
public:
  static constexpr const char* name = "provider";

  void start(provider_self::pointer self, provider_options options);

  caf::result<provider_reply> on_call_provider(const call_provider& m);
  void on_cancel_call(const cancel_call& m);
  void on_stream_begun(stream_begun& m);
  void on_stream_piece(const stream_piece& m);
  void on_exchange_finished(exchange_finished& m);
  void on_stop();

private:
  struct call {
    caf::typed_response_promise<provider_reply> promise;
    transport::http_call_id http = 0;
    std::optional<reply_stream> stream; ///< if the caller wants the reply as it comes
    rate::observed_limits limits{};     ///< of the stream's head
    bool embeds = false;                ///< its reply is vectors
    std::vector<std::string> left_out{}; ///< of what was asked for
  };
  using open_calls = std::unordered_map<lease_id, call>;

  /// Delivers what there is to deliver, and ends the call if that was all.
  void move_on(open_calls::iterator it);
  void on_deltas_taken(lease_id lease);
  void on_sink_gone(lease_id lease);
  wire::http_request encode(const call_provider& m) const;
  provider_reply reply_to(transport::http_exchange& exchange, bool embeds) const;
  provider_reply reply_to(call& streamed) const;

  provider_self::pointer self_ = nullptr;
  provider_options options_;
  open_calls calls_;
};

provider_self::behavior_type provider(provider_self::stateful_pointer<provider_state> self,
                                      provider_options options);

} // namespace spillway::actors
