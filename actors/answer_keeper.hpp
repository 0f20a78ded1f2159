#pragma once

#include "core/answers/kept_answers.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>

namespace spillway::actors {

struct answer_keeper_options {
  answers::keeping_policy policy;
  bool shared = false; ///< over teams and keys
  langfuse_batcher_actor traces;
  wall_clock wall;
  std::uint64_t seed = 0; ///< of trace ids
};

/// Answers what was answered before, for nothing: no budget, window or provider hears of it. What
/// is new goes back to the router, and its answer is kept. The router asks only for requests that
/// want it.
class answer_keeper_state {
public:
  static constexpr const char* name = "answer_keeper";

  void start(answer_keeper_actor::pointer self, answer_keeper_options options);

  caf::result<completion_reply> on_find_answer(find_answer& m);
  answers_status on_get_answers_status() const;

private:
  answers::question question_of(const find_answer& m) const;
  caf::result<completion_reply> give(const run_completion& m, const answers::kept_answer& kept);
  caf::result<completion_reply> have_answered(find_answer& m, answers::question q);

  answer_keeper_actor::pointer self_ = nullptr;
  answer_keeper_options options_;
  answers::kept_answers kept_{{}};
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

answer_keeper_actor::behavior_type
answer_keeper(answer_keeper_actor::stateful_pointer<answer_keeper_state> self,
              answer_keeper_options options);

} // namespace spillway::actors
