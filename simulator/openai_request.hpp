#pragma once

#include "core/result.hpp"
#include "simulator/call.hpp"

#include <string_view>

namespace spillway::simulator {

/// Reads the body of POST /v1/chat/completions as the vendor does, as far as the scripted model
/// looks at it: other fields are accepted and ignored.
/// Errors: no JSON or too deep, a missing model or messages, a field of the wrong type.
result<chat_call> read_chat_call(std::string_view body);

} // namespace spillway::simulator
