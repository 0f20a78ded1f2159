#pragma once

#include "actors/http_exchange.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"
#include "providers/codec.hpp"
#include "transport/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
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
  void on_exchange_finished(exchange_finished& m);
  void on_stop();

private:
  struct call {
    caf::typed_response_promise<provider_reply> promise;
    transport::http_call_id http = 0;
  };

  provider_reply reply_to(transport::http_exchange& exchange) const;

  provider_self::pointer self_ = nullptr;
  provider_options options_;
  std::unordered_map<lease_id, call> calls_;
};

provider_self::behavior_type provider(provider_self::stateful_pointer<provider_state> self,
                                      provider_options options);

} // namespace spillway::actors
