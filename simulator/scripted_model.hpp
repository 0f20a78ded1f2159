#pragma once

#include "core/chat.hpp"
#include "simulator/tool_plan.hpp"

#include <cstdint>

namespace spillway::simulator {

/// How the scripted model behaves. Requires: 0 < answer_tokens_min <= answer_tokens_max.
struct script_options {
  std::uint64_t seed = 1;
  tool_habits tools;
  std::int64_t answer_tokens_min = 60; ///< aimed at by an answer that no tool informs
  std::int64_t answer_tokens_max = 240;
};

/// Answers a request as a sensible model would: tool calls while there is something to learn, then
/// a text made of what was learnt; without tools a text made of the question; with a response
/// schema the smallest JSON that satisfies it. Honours tool choice, stop strings and the bound on
/// output tokens (tool calls that do not fit end the reply by `length`, with nothing in it). Each
/// of several answers is drawn on its own and billed.
///
/// A pure function: equal requests and options give equal replies, tool call ids included.
/// `model_reported` and `provider_request_id` are left to the caller; usage is filled in.
chat_reply compose_reply(const chat_request& request, const script_options& options);

} // namespace spillway::simulator
