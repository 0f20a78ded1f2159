#pragma once

#include "actors/http_exchange.hpp"
#include "core/alerts/delivery_queue.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"
#include "transport/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace spillway::actors {

/// Receivers do little more than to queue what they get.
inline constexpr transport::http_timeouts delivery_timeouts{
    std::chrono::seconds{5}, std::chrono::seconds{10}, std::chrono::seconds{10},
    std::chrono::seconds{15}};

/// Who is served, where he is and what he understands.
struct alert_courier_options {
  std::string target; ///< its name in the configuration
  std::shared_ptr<transport::http_client> http;
  transport::http_endpoint endpoint;
  /// The request that brings a notice at this moment.
  std::function<wire::http_request(const alerts::numbered_notice&, wall_time)> encode;
  /// What an answer means that came at this moment.
  std::function<alerts::delivery_verdict(const wire::http_response&, wall_time)> judge;
  alert_sink_actor alerts; ///< hears if the target cannot be reached; may be null
  wall_clock wall;
  std::uint64_t seed = 0; ///< of the backoff's jitter
};

/// Brings notices to one target in their order, at least once each: what is not taken is tried
/// again with growing pauses until it is, or until it is too old to be news. A test is tried once.
class alert_courier_state {
public:
  static constexpr const char* name = "alert_courier";

  void start(alert_courier_self::pointer self, alert_courier_options options);

  caf::result<delivery_reply> on_deliver_notice(const deliver_notice& m);
  void on_exchange_finished(const exchange_finished& m);
  void on_wake_due();
  void on_stop();

private:
  instant now() const;
  void send_if_due();
  void arm();
  alerts::delivery_verdict verdict_on(const transport::http_exchange& exchange) const;
  void on_taken(const alerts::delivery_verdict& v);
  void on_refused(const alerts::delivery_verdict& v);
  void on_failed(const alerts::delivery_verdict& v);
  void warn(std::string text);
  void answer(const alerts::numbered_notice& n, delivery_reply reply);

  alert_courier_self::pointer self_ = nullptr;
  alert_courier_options options_;
  alerts::delivery_queue queue_;
  /// By id of the notice.
  std::unordered_map<std::uint64_t, caf::typed_response_promise<delivery_reply>> waiting_;
  std::uint64_t exchanges_ = 0; ///< numbers them
  mono_time armed_at_ = mono_time::max();
};

alert_courier_self::behavior_type
alert_courier(alert_courier_self::stateful_pointer<alert_courier_state> self,
              alert_courier_options options);

} // namespace spillway::actors
