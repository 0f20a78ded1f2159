#pragma once

#include "core/answers/cache_use.hpp"
#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "core/context/strategy.hpp"
#include "core/embedding.hpp"
#include "core/ids.hpp"
#include "core/money/pricing.hpp"
#include "core/rate/fair_queue.hpp"
#include "core/report/usage_report.hpp"
#include "core/routing/plan.hpp"
#include "core/routing/ranking.hpp"
#include "core/units.hpp"
#include "messages/deltas.hpp"
#include "messages/type_ids.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// Who a call is for: repeated on every trace, and the accounts it is charged to.
struct call_labels {
  std::string trace_id;       ///< 32 lower-case hex digits; empty: a new trace
  std::string parent_span_id; ///< 16 lower-case hex digits; empty: the call is a root
  std::string trace_name;
  std::string team;
  std::string user;
  std::string session;
  std::vector<std::string> tags;
  std::string run; ///< of an agent: its steps share this name and an account of scope "run"
  /// The virtual key it came by, which has an account of scope "key"; empty: none. Set by the
  /// gateway, never by a caller.
  std::string key{};
  std::string task_type{}; ///< "code_review", "simple_query" ...: steers the choice of the model
  routing::preference quality{}; ///< what matters most in that choice
  std::optional<double> quality_floor{}; ///< the least mean score, 0 to 1, that a model must have
  /// Whether the caller records this trace itself, as its `traceparent` says.
  bool sampled = false;
};

/// Command to the router: answer this with the best model that limits and budgets allow. Either
/// `chat` or `embedding` is set.
struct run_completion {
  request_id id;      ///< from `take_request_id`; none: the router gives one; needed only to cancel
  /// A route ("default") or a model ("gpt-4o"). Empty: the route named as the type of task is, or
  /// as the preference is ("quality", "cost", "speed"), if there is one; else the default route.
  std::string target;
  std::shared_ptr<const chat_request> chat;
  duration deadline{}; ///< from now, for everything; zero: the runtime's default
  rate::priority level = rate::priority::normal;
  bool allow_fallback = true; ///< false: only the first candidate
  call_labels labels;
  delta_sink_actor sink{}; ///< takes the reply as it comes; null: it is wanted whole
  std::shared_ptr<const embedding_request> embedding{};
  std::optional<nano_usd> cost_max{}; ///< of all its calls together; absent: what budgets allow
  /// For a prompt that is longer than the model's context; absent: the runtime's default.
  std::optional<context::strategy> context_strategy{};
  answers::cache_use cache = answers::cache_use::standard; ///< whether a kept answer will do
  /// Whose answers may be kept for it, where neither `labels.key` nor `labels.team` tells callers
  /// apart. Any text; set by a gateway that knows them by keys of its own.
  std::string cache_owner{};
};

/// The one reply to `run_completion`; every refusal is one too.
struct completion_reply {
  request_id id;
  completion_status status = completion_status::answered;
  /// Set if answered; else, if the reply broke off after its sink had got some of it, what came.
  std::shared_ptr<const chat_reply> reply;
  model_id model;                          ///< that answered
  std::string reason;                      ///< for people: why not, and what to do
  money::call_cost cost;                   ///< of the answer
  duration waited{};                       ///< for room, and in pauses before another call
  duration elapsed{};
  std::vector<report::call_record> attempts;
  std::optional<duration> retry_after; ///< when a refused caller may come again
  /// What became of every model of the route; null if none was looked at.
  std::shared_ptr<const routing::plan> plan{};
  std::shared_ptr<const embedding_reply> vectors{}; ///< instead of `reply`, if they were asked for
  /// Of the tightest account that the answer was charged to; absent: no budget concerns it.
  std::optional<nano_usd> budget_left{};
  context::note prompt{}; ///< what became of a prompt that was too long
  /// What was asked for and the model that answered has no word for: "seed", "logprobs".
  std::vector<std::string> left_out{};
  /// Whether it is a kept answer: that cost nothing, and made no call.
  answers::cache_outcome cache = answers::cache_outcome::unasked;
};

/// Command to the router: which models would answer this request, in which order, at what price and
/// after what wait? Nothing is called or set aside.
struct plan_completion {
  run_completion request;
};

struct completion_plan {
  /// `answered` if the chosen model would be called, after its wait; else how the request would be
  /// refused.
  completion_status status = completion_status::answered;
  std::string reason; ///< for people, unless `answered`
  routing::plan plan; ///< empty if the target is unknown
  context::note prompt{}; ///< what would become of a prompt that is too long
};

/// Event to the router: an answer of `model` to a task of this type was found so good, from 0 to 1:
/// an evaluation passed, a person's thumb.
struct record_feedback {
  model_id model;
  std::string task_type;
  double score = 0;
};

/// Command to the router: an id to give to one `run_completion`, for callers that may cancel it.
struct take_request_id {};

struct request_id_reply {
  request_id id;
};

/// Command to the router: the caller of `id` has gone. Its `run_completion` is still answered
/// (`cancelled`); unknown ids are ignored.
struct cancel_completion {
  request_id id;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::run_completion)
SPILLWAY_MESSAGE(spillway::completion_reply)
SPILLWAY_MESSAGE(spillway::plan_completion)
SPILLWAY_MESSAGE(spillway::completion_plan)
SPILLWAY_MESSAGE(spillway::record_feedback)
SPILLWAY_MESSAGE(spillway::take_request_id)
SPILLWAY_MESSAGE(spillway::request_id_reply)
SPILLWAY_MESSAGE(spillway::cancel_completion)
