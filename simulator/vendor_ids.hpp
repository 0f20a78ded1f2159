#pragma once

#include "simulator/chance.hpp"

#include <string>

namespace spillway::simulator {

/// Ids in the shapes OpenAI gives them, drawn from `source`.
/// Source: recorded replies, 2024-02 to 2026-07.
std::string make_completion_id(chance& source); ///< "chatcmpl-" and 29 letters or digits
std::string make_tool_call_id(chance& source);  ///< "call_" and 24 letters or digits
std::string make_request_id(chance& source);    ///< "req_" and 32 hexadecimal digits

} // namespace spillway::simulator
