#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"

#include <string>

namespace spillway::simulator {

/// A chat as a client asks for it.
struct chat_call {
  std::string model;
  chat_request chat;
  bool stream = false;
  bool include_usage = false; ///< of a stream, where it must be asked for
  bool by_responses = false;  ///< of OpenAI's APIs the newer one
};

/// Vectors as a client asks for them.
struct embedding_call {
  std::string model;
  embedding_request request;
  bool batch = true;   ///< false: the one input's answer has a shape of its own
  bool base64 = false; ///< how the vectors are wanted
};

} // namespace spillway::simulator
