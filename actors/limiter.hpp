#pragma once

#include "core/instant.hpp"
#include "core/rate/admission.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/routing/breaker.hpp"
#include "core/routing/retry_budget.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <unordered_map>
#include <vector>

namespace spillway::actors {

struct limiter_options {
  model_id model;
  rate::limits limits;
  wall_clock wall;
  std::vector<rate::restored_lease> restored; ///< what a restart must still count
  duration quiet_for{}; ///< grants nothing for so long: what came before is not known
  std::vector<rate::learnt_limit> lessons{}; ///< what an earlier life learnt
  std::vector<model_id> lanes{}; ///< the models that share it; empty: `model` alone
  std::uint64_t seed = 0;        ///< of the breakers' jitter
  alert_sink_actor alerts{};     ///< may be null
  journal_actor journal{};       ///< keeps what is learnt; may be null
  key_id key{};                  ///< under which the journal keeps it
  model_id journal_model{};      ///< likewise
};

/// Owns the admission and the queue of one credential and model, and for each model that shares
/// them the breaker and the retry budget: it lets every call through and hears how each one ends.
/// Grants in the order the queue decides, wakes itself when a window gives something back, and
/// turns the leases of a dead holder into unknown ones.
class limiter_state {
public:
  static constexpr const char* name = "limiter";

  void start(limiter_self::pointer self, limiter_options options);

  permit_reply on_acquire_permit(const acquire_permit& m);
  permit_reply on_quote_permit(const quote_permit& m);
  caf::result<permit_reply> on_await_permit(const await_permit& m);
  void on_withdraw_permit(const withdraw_permit& m);
  void on_settle_permit(const settle_permit& m);
  void on_release_permit(const release_permit& m);
  limiter_status on_get_limiter_status();
  void on_replace_limits(const replace_limits& m);
  void on_wake_due();
  void on_holder_down(const caf::down_msg& m);
  void on_stop();

private:
  /// What keeps calls away from one model while it fails.
  struct guard {
    model_id model;
    routing::breaker breaker;
    routing::retry_budget retries;
  };

  struct waiting_call {
    caf::typed_response_promise<permit_reply> promise;
    limiter_lane lane = 0;
  };

  instant now() const;
  bool must_yield(const rate::waiting_call& call, instant at) const;
  /// How far a limit is used; absent if there is none.
  std::optional<rate::dimension_usage> use_of(std::optional<rate::dimension> which,
                                              instant at) const;
  permit_reply quote(const rate::waiting_call& call, instant at) const;
  void remember_holder(lease_id lease);
  void answer(lease_id lease, permit_verdict verdict);
  void answer(lease_id lease, const permit_reply& reply);
  guard& guard_of(limiter_lane lane);
  std::optional<permit_reply> refusal_of(guard& g, const acquire_permit& m, mono_time at);
  void hear_of(limiter_lane lane, lease_id lease, routing::health h,
               std::optional<duration> retry_after);
  void turn_away(limiter_lane lane);
  void forget_probe(lease_id lease);
  void observe(lease_id lease, const rate::observed_limits& seen);
  void learn_of_refusal(const release_permit& m);
  void keep_lessons();
  void serve_queue();
  void arm();

  limiter_self::pointer self_ = nullptr;
  model_id model_;
  wall_clock wall_;
  alert_sink_actor alerts_;
  journal_actor journal_;
  key_id key_;
  model_id journal_model_;
  rate::admission desk_{rate::limits{}};
  rate::fair_queue queue_;
  std::vector<guard> guards_; ///< by lane
  std::unordered_map<lease_id, waiting_call> waiting_;
  std::unordered_map<caf::actor_addr, lease_id> holders_; ///< the last lease of each job
  mono_time armed_at_ = mono_time::max();
};

limiter_self::behavior_type limiter(limiter_self::stateful_pointer<limiter_state> self,
                                    limiter_options options);

} // namespace spillway::actors
