#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/gemini`: `usageMetadata`.
/// Source: https://ai.google.dev/api/generate-content#UsageMetadata (2026-10); checked against 69
/// recorded replies, 2024-12 to 2026-08.
namespace spillway::wire::gemini {

nlohmann::json encode_usage(const token_usage& usage);

/// Prompts of tools that ran at the vendor count as input, thoughts as output; tokens that only the
/// total has count as output. Zeros are not sent, so a count that is missing is none; all missing
/// is `estimated`. Never a fault, since the answer is worth more than its count.
token_usage decode_usage(const nlohmann::json& usage);

} // namespace spillway::wire::gemini
