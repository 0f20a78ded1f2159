#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::simulator {

/// Why Anthropic refuses a well-formed body of POST /v1/messages, in its words; absent: it does
/// not. Knows what trips up those who translate: turns out of order, blank texts, calls without
/// results and results without calls, tampered thoughts, samplers, thinking and tool choices that a
/// model does not take, unknown fields.
/// Source: https://platform.claude.com/docs/en/api/messages and the 400 texts that SDKs and agents
/// report (2026-10).
std::optional<std::string> broken_rule(std::string_view body);

/// The signature of a simulated thought: whoever changes the thought loses it.
std::string sign_thought(std::string_view thought);

} // namespace spillway::simulator
