#pragma once

#include "core/alerts/rule_engine.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace spillway::actors {

/// Where every notice goes besides the targets: a log, a test's list. Called by the sink alone, one
/// at a time.
using alert_receiver = std::function<void(const alerts::notice&)>;

struct alert_sink_options {
  alerts::rule_engine::options rules;
  alert_receiver receiver;
  wall_clock wall;
  std::uint64_t first_notice = 1; ///< ids count up from here; above all ids of earlier runs
  alerts::memory memory;          ///< of earlier runs
  std::vector<money::restored_posting> spent; ///< likewise: what is usual
};

/// Owns the rules over what happens in the runtime, gives what they find to the receiver and to a
/// courier for each target, and has the journal remember what is not delivered or still open.
/// Nobody waits for it but who asks to.
class alert_sink_state {
public:
  static constexpr const char* name = "alert_sink";

  void start(alert_sink_self::pointer self, alert_sink_options options);

  void on_raise_alert(const raise_alert& m);
  void on_end_alert(const end_alert& m);
  void on_call_ended(const call_ended& m);
  void on_threshold_crossed(const threshold_crossed& m);
  alert_status on_get_alert_status() const;
  caf::result<alert_status> on_flush_alerts(const flush_alerts& m);
  void on_watch_runtime(watch_runtime& m);
  void on_wake_due();
  void on_stop();

private:
  struct flush {
    caf::typed_response_promise<alert_status> promise;
    wall_time until{};
  };

  wall_time now() const { return options_.wall(self_->clock().now()); }
  void hurry();
  void arm(wall_time at);
  void look_around();
  void tell_news();
  void tell(alerts::notice what);
  void hand_over(const alerts::numbered_notice& n, const alert_target& target);
  void resume_deliveries();
  void settle(std::uint64_t notice, const std::string& target);
  void remember();
  void answer_flushes();

  alert_sink_self::pointer self_ = nullptr;
  alert_sink_options options_;
  std::optional<alerts::rule_engine> rules_;
  std::optional<watch_runtime> around_;
  alerts::memory_change unsaved_;
  std::vector<flush> flushes_;
  std::size_t undelivered_ = 0;
  std::uint64_t next_notice_ = 1;
  std::int64_t looked_in_minute_ = -1; ///< since the epoch
  wall_time armed_at_ = wall_time::max();
};

alert_sink_self::behavior_type
alert_sink(alert_sink_self::stateful_pointer<alert_sink_state> self, alert_sink_options options);

} // namespace spillway::actors
