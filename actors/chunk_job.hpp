#pragma once

#include "core/context/chunking.hpp"
#include "core/instant.hpp"
#include "messages/private_handles.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace spillway::actors {

struct chunk_job_options {
  router_actor router;
  context::chunk_plan plan; ///< with at least one part
  std::string explanation;  ///< why the prompt is asked in parts
  request_id first_part;    ///< the parts' ids count up from here, that of the last request follows
};

/// Answers a request whose prompt is too long in parts: asks each part of the router like any other
/// request (under the same limits, budgets and labels), a few at once, then asks for one answer out
/// of theirs, which goes to the caller's sink. A part that is not answered ends it all.
class chunk_job_state {
public:
  static constexpr const char* name = "chunk_job";

  void start(chunk_job_actor::pointer self, chunk_job_options options);

  caf::result<completion_reply> on_run_completion(run_completion& m);
  void on_cancel_completion(const cancel_completion& m);
  void on_stop();

private:
  request_id part_id(std::size_t number) const;
  run_completion derived(chat_request chat, request_id id) const;
  void ask_next();
  void on_part(std::size_t number, const completion_reply& m);
  void tell_progress(const model_id& model);
  void ask_for_whole();
  void take_in(const completion_reply& m);
  void conclude(completion_reply reply);
  void cancel_open();

  chunk_job_actor::pointer self_ = nullptr;
  chunk_job_options options_;
  run_completion request_;
  mono_time deadline_{};
  mono_time accepted_at_{};
  caf::typed_response_promise<completion_reply> promise_;
  std::vector<std::string> answers_;
  std::vector<bool> open_; ///< parts that were asked and have not been answered
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  bool combining_ = false;
  bool telling_ = false; ///< progress that the sink has not taken yet
  completion_reply total_; ///< what all requests so far took and cost
};

chunk_job_actor::behavior_type chunk_job(chunk_job_actor::stateful_pointer<chunk_job_state> self,
                                         chunk_job_options options);

} // namespace spillway::actors
