#pragma once

#include "core/chat.hpp"
#include "core/money/pricing.hpp"
#include "core/report/generation.hpp"

#include <string>

/// Internal to the sources of `wire/langfuse`: the values that are JSON text inside a string.
namespace spillway::wire::langfuse {

/// Disjoint buckets whose sum is `total`; parts that are impossible are clamped.
std::string usage_details(const token_usage& usage);

/// Plain decimals of dollars, exact to the nano-dollar: no floating number is involved.
std::string cost_details(const money::call_cost& cost);

/// Temperature and the like; empty if nothing is set.
std::string model_parameters(const chat_request& request);

/// The messages of a request; cut to `bounds::trace_text_bytes_max`.
std::string input_text(const chat_request& request);

/// The texts to embed, or how many tokens were counted out instead; cut likewise.
std::string input_text(const embedding_request& request);

/// The text of a reply, or its message if it calls tools; cut likewise.
std::string output_text(const chat_reply& reply);

} // namespace spillway::wire::langfuse
