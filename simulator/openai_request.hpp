#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace spillway::simulator {

/// A chat completion as a client asks for it.
struct chat_call {
  std::string model;
  chat_request chat;
  bool stream = false;
  bool include_usage = false; ///< the last chunk is to tell the usage
};

/// Reads the body of POST /v1/chat/completions as the vendor does, as far as the scripted model
/// looks at it: other fields are accepted and ignored.
/// Errors: no JSON or too deep, a missing model or messages, a field of the wrong type.
result<chat_call> read_chat_call(std::string_view body);

} // namespace spillway::simulator
