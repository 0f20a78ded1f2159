#pragma once

#include "core/answers/kept_answers.hpp"
#include "core/answers/questions_under_way.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>

namespace spillway::actors {

struct answer_keeper_options {
  answers::keeping_policy policy;
  langfuse_batcher_actor traces;
  wall_clock wall;
  std::uint64_t seed = 0; ///< of trace ids
};

/// Answers what was answered before, for nothing: no budget, window or provider hears of it. What
/// is new goes back to the router, and its answer is kept. The router asks only for requests that
/// want it.
///
/// Whoever asks what is being asked at the moment waits for that answer, up to its own deadline. If
/// the one that asked gives up, the next in the line asks; if the answer is none to keep, each asks
/// for itself. A stream does not wait, as its first words would come late; others may wait for it.
class answer_keeper_state {
public:
  static constexpr const char* name = "answer_keeper";

  void start(answer_keeper_actor::pointer self, answer_keeper_options options);

  caf::result<completion_reply> on_find_answer(find_answer& m);
  void on_cancel_completion(const cancel_completion& m);
  void on_wake();
  void on_replace_keeping(const replace_keeping& m);
  answers_status on_get_answers_status() const;
  void on_stop();

private:
  using reply_promise = caf::typed_response_promise<completion_reply>;

  /// Somebody who waits for an answer.
  struct waiter {
    run_completion request;
    router_actor router;
    reply_promise promise;
    mono_time deadline{};
  };

  answers::question question_of(const find_answer& m) const;
  void give(const run_completion& m, const answers::kept_answer& kept, reply_promise promise);
  void ask(waiter w, const answers::question& q, bool leads);
  void wait_in_line(waiter w, std::vector<waiter>& line);
  void on_answer(completion_reply& reply, const waiter& asker, const answers::question& q,
                 bool leads);
  void serve_line(const answers::question& q, completion_status how_it_ended, bool kept);

  answer_keeper_actor::pointer self_ = nullptr;
  answer_keeper_options options_;
  answers::kept_answers kept_{{}};
  answers::questions_under_way<waiter> under_way_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

answer_keeper_actor::behavior_type
answer_keeper(answer_keeper_actor::stateful_pointer<answer_keeper_state> self,
              answer_keeper_options options);

} // namespace spillway::actors
