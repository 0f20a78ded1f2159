#pragma once

#include "actors/completion_job.hpp"
#include "actors/router.hpp"
#include "messages/private_handles.hpp"
#include "tests/support/alert_record.hpp"
#include "tests/support/virtual_system.hpp"

#include <functional>
#include <vector>

namespace spillway::tests {

/// A provider that a test can make answer.
using held_provider = provider_actor::extend<caf::reacts_to<provider_reply>>;

/// The neighbours of a completion job, each a tiny actor of the real handle that records what it is
/// told and answers as the test says.
struct fake_neighbours {
  explicit fake_neighbours(virtual_system& world);
  ~fake_neighbours();
  fake_neighbours(const fake_neighbours&) = delete;
  fake_neighbours& operator=(const fake_neighbours&) = delete;

  // What the neighbours answer.
  std::function<spend_reply(const reserve_spend&)> on_reserve;
  std::function<permit_reply(const acquire_permit&)> on_acquire;
  std::function<permit_reply(const await_permit&)> on_await;
  std::function<provider_reply(const call_provider&)> on_call;
  bool holds_calls = false; ///< calls are answered by the test, through `answer_held`

  /// Of a job among these neighbours.
  actors::completion_job_options job_options() const;
  /// Of a router among them, whose jobs they serve. They outlive it.
  actors::router_options router_options(routing::rules rules) const;

  /// Answers the oldest call that is held.
  void answer_held(provider_reply reply);

  // What they were told.
  std::vector<reserve_spend> reserved;
  std::vector<settle_spend> settled_spend;
  std::vector<release_spend> released_spend;
  std::vector<settle_permit> settled_permits;
  std::vector<release_permit> released_permits;
  std::vector<withdraw_permit> withdrawn_permits;
  std::vector<call_provider> calls;
  std::vector<cancel_call> cancelled_calls;
  std::vector<std::shared_ptr<const report::generation>> traces;
  std::vector<key_condemned> condemned;
  alert_record alerts;
  std::vector<completion_reply> finished;

  router_self router;
  budget_actor budget;
  limiter_actor limiter;
  held_provider provider;
  langfuse_batcher_actor batcher;
  alert_sink_actor sink;

private:
  virtual_system& world_;
};

/// A provider's answer of `input` and `output` tokens.
provider_reply answer_of(std::int64_t input, std::int64_t output, mono_time now);
provider_reply failure_of(failure_kind kind, mono_time now, bool sent = true,
                          std::optional<duration> retry_after = {});

/// A model of provider "p" that holds 100,000 tokens, answers with at most 100, and costs a dollar a
/// million tokens of prompt, two of answer.
model_entry priced_model(const std::string& id);

/// Two such models, "m" and "other", and the route "both" over them, which is the default.
routing::rules rules_of_two_models();

/// One turn of a user.
std::shared_ptr<chat_request> turn_of_user(std::string text = "hello");

} // namespace spillway::tests
