#pragma once

#include "core/instant.hpp"
#include "core/money/ledger.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace spillway::actors {

struct budget_options {
  std::vector<money::budget_rule> rules;
  std::string zone = "UTC";
  wall_clock wall;
  alert_sink_actor alerts;
  std::vector<money::restored_posting> restored; ///< what a restart must still count
};

/// Owns the money ledger. The reservation of a dead holder is spent in full: the provider may bill
/// it.
class budget_state {
public:
  static constexpr const char* name = "budget";

  void start(budget_actor::pointer self, budget_options options);

  spend_reply on_reserve_spend(const reserve_spend& m);
  void on_settle_spend(const settle_spend& m);
  void on_release_spend(const release_spend& m);
  budget_status on_get_budget_status();
  void on_holder_down(const caf::down_msg& m);

private:
  struct holding {
    reservation_id id;
    nano_usd amount;
  };

  wall_time now() const;
  void remember_holder(reservation_id id, nano_usd amount);
  void report_overrun(reservation_id id, nano_usd excess);

  budget_actor::pointer self_ = nullptr;
  wall_clock wall_;
  alert_sink_actor alerts_;
  money::ledger ledger_{{}, "UTC"};
  std::unordered_map<caf::actor_addr, holding> holders_; ///< the last reservation of each job
};

budget_actor::behavior_type budget(budget_actor::stateful_pointer<budget_state> self,
                                   budget_options options);

} // namespace spillway::actors
