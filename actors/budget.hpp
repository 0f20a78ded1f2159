#pragma once

#include "core/instant.hpp"
#include "core/money/cost_log.hpp"
#include "core/money/spend_queue.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::actors {

struct budget_options {
  std::vector<money::budget_rule> rules;
  std::string zone = "UTC";
  wall_clock wall;
  alert_sink_actor alerts;
  std::vector<int> alert_levels; ///< percentages of a limit, ascending: told when they are reached
  std::vector<money::restored_posting> restored; ///< what a restart must still count
  std::optional<wall_time> restored_since;       ///< absent: nothing is known of former runs
};

/// Owns the money ledger, the log of costs and the calls that wait for room in it. The reservation
/// of a dead holder is spent in full: the provider may bill it.
class budget_state {
public:
  static constexpr const char* name = "budget";

  void start(budget_self::pointer self, budget_options options);

  caf::result<spend_reply> on_reserve_spend(reserve_spend& m);
  void on_settle_spend(const settle_spend& m);
  void on_release_spend(const release_spend& m);
  budget_status on_get_budget_status();
  budget_check on_check_budget(const check_budget& m) const;
  remaining_budget on_get_remaining_budget(const get_remaining_budget& m) const;
  cumulative_cost on_get_cumulative_cost(const get_cumulative_cost& m) const;
  cost_breakdown on_get_cost_breakdown(const get_cost_breakdown& m) const;
  void on_replace_budget_rules(replace_budget_rules& m);
  void on_holder_down(const caf::down_msg& m);
  void on_wake_due();
  void on_stop();

private:
  wall_time now() const;
  void remember_holder(reservation_id id);
  void answer_waiting();
  void arm_timer();
  void report_crossings();
  void seed(const money::budget_rule& rule);
  void report_overrun(reservation_id id, nano_usd excess);

  budget_self::pointer self_ = nullptr;
  std::map<rule_origin, std::vector<money::budget_rule>> rules_;
  wall_clock wall_;
  alert_sink_actor alerts_;
  money::ledger ledger_{{}, "UTC"};
  money::cost_log costs_{"UTC"};
  money::spend_queue queue_;
  std::unordered_map<reservation_id, caf::typed_response_promise<spend_reply>> waiting_;
  std::unordered_map<caf::actor_addr, reservation_id> holders_; ///< the last of each job
  wall_time armed_at_ = wall_time::max();
};

budget_self::behavior_type budget(budget_self::stateful_pointer<budget_state> self,
                                  budget_options options);

} // namespace spillway::actors
