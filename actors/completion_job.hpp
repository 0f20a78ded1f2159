#pragma once

#include "actors/held_call.hpp"
#include "core/instant.hpp"
#include "core/model_answer.hpp"
#include "core/routing/fallback.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace spillway::actors {

struct completion_job_options {
  router_self router; ///< gets the outcome; owns the job
  budget_actor budget;
  langfuse_batcher_actor traces;
  alert_sink_actor alerts;
  journal_actor journal; ///< none: nothing is made durable
  wall_clock wall;
  std::uint64_t seed = 0; ///< for jitter and trace ids
  bool traced = false;    ///< somebody takes the traces
};

/// Serves one request: reserve -> permit -> intent -> call -> settle -> trace, along the candidates
/// that `core/routing/fallback` names, until one answers or none is left. What a call holds ends in
/// `held_call`.
class completion_job_state {
public:
  static constexpr const char* name = "completion_job";

  void start(completion_job_self::pointer self, completion_job_options options);

  void on_assign_completion(assign_completion& m);
  void on_cancel_completion(const cancel_completion& m);
  void on_deadline_due();
  void on_pause_over(const pause_over& m);

private:
  /// What the job waits for.
  enum class stage { idle, pausing, reserving, permitting, journaling, calling };

  /// What is known of a call, beside what it holds.
  struct attempt {
    std::size_t index = 0;        ///< of the candidate
    bool queue = false;           ///< wait for the permit as long as it takes
    bool is_retry = false;        ///< needs room in the retry budget
    mono_time permit_asked_at{};
    mono_time called_at{};
    duration waited{}; ///< for the permit
    nano_usd reserved{};
    nano_usd headroom{}; ///< of the tightest account, beside `reserved`
  };

  void take(const routing::next_step& step);
  void reserve(const routing::next_step& step);
  void on_spend_reply(const spend_reply& m);
  void ask_permit();
  void on_permit_reply(const permit_reply& m);
  void write_intent();
  void on_journal_reply(const journal_reply& m);
  void call();
  std::shared_ptr<const chat_request> suited_request() const;
  void on_provider_reply(const provider_reply& m);
  void on_answer(const provider_reply& m, const model_answer& answer);
  void on_call_failure(const provider_reply& m, const call_failure& failure);
  void on_broken_answer(const provider_reply& m, const call_failure& failure);
  money::call_cost price(const provider_reply& m, const model_answer& answer) const;

  void note_attempt(const provider_reply& m, std::optional<failure_kind> failure,
                    const token_usage& usage, nano_usd cost);
  bool cut_by_deadline(const call_failure& failure) const;
  routing::health health_after(const call_failure& failure) const;
  void tell_of(const call_failure& failure);
  void report_end(const std::optional<call_failure>& failure, nano_usd cost);
  std::shared_ptr<const report::generation> trace_of(const provider_reply& m,
                                                     const model_answer& answer,
                                                     const call_failure* failure,
                                                     const money::call_cost& cost) const;

  void cut(completion_status why);
  std::string cut_reason(completion_status why) const;
  void refuse_candidate(completion_status why, std::string text);
  void finish(completion_status status);

  template <class Handle, class Command, class Reply>
  void ask(const Handle& whom, Command command,
           void (completion_job_state::*on_reply)(const Reply&));
  void on_actor_down(const caf::error& why);

  const routing::candidate& candidate() const { return held_.candidate(); }
  const call_target& target() const { return job_.targets[attempt_.index]; }
  mono_time now() const { return self_->clock().now(); }
  duration time_left() const { return deadline_ - now(); }
  std::vector<money::scope_value> scopes() const;
  nano_usd cost_left() const;
  std::string traceparent() const;
  std::shared_ptr<const reply_prelude> prelude() const;
  void arm_deadline();

  completion_job_self::pointer self_ = nullptr;
  completion_job_options options_;
  assign_completion job_;
  std::optional<routing::fallback> walk_;
  stage stage_ = stage::idle;
  routing::next_step paused_; ///< what comes after the pause
  mono_time waits_since_{};   ///< in a pause, for a budget, for a permit
  attempt attempt_;
  held_call held_;
  std::uint64_t attempts_ = 0; ///< of this request; numbers its leases
  std::uint64_t step_ = 0;     ///< counts over all requests; a reply to an older one is stale
  std::optional<completion_status> cut_; ///< the request is over once the call has been settled
  mono_time deadline_{};
  mono_time armed_at_ = mono_time::max();
  completion_reply reply_;
};

completion_job_self::behavior_type
completion_job(completion_job_self::stateful_pointer<completion_job_state> self,
               completion_job_options options);

} // namespace spillway::actors
