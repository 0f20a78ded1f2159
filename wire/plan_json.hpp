#pragma once

#include "core/chat.hpp"
#include "core/completion_status.hpp"
#include "core/context/strategy.hpp"
#include "core/ids.hpp"
#include "core/report/usage_report.hpp"
#include "core/routing/plan.hpp"
#include "core/units.hpp"

#include <memory>
#include <string>
#include <vector>

/// Why a request went to the model it went to, as the gateway tells it. The form is ours: objects
/// with members that stay, to which others may be added.
namespace spillway::wire {

/// What became of one request.
struct explained_request {
  std::string id; ///< as its caller knows it
  completion_status status = completion_status::answered;
  std::string reason; ///< for people, unless it was answered
  nano_usd cost;
  nano_usd held{}; ///< for calls whose end nobody knows
  duration waited{};
  std::vector<report::call_record> calls; ///< in order
  token_usage usage{};                    ///< of the answer; zero: there is none
  std::shared_ptr<const routing::plan> plan; ///< null if no model was looked at
  context::note prompt{};
};

/// {"id", "status", "reason", "cost_usd", "held_usd", "input_tokens", "output_tokens", "waited_ms",
/// "calls", "made", "long_prompt", "target", "chosen", "candidates"}. "made" has a row for each of
/// the "calls": {"model", "outcome", "cost_usd", "input_tokens", "output_tokens", "took_ms",
/// "first_words_ms"}; its outcome is "answered" or the kind of failure.
/// What is not known is null; money is text, exact to the nano-dollar.
std::string encode_explanation(const explained_request& request);

/// {"status", "reason", "long_prompt", "target", "chosen", "candidates"}: what would become of it.
/// "status" is "would_answer", or how the request would be refused.
/// "long_prompt" is {"outcome", "note"} if the prompt is longer than the first model's context.
std::string encode_plan(completion_status status, const std::string& reason,
                        const routing::plan& plan, const context::note& prompt);

} // namespace spillway::wire
