#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"

#include <memory>
#include <string>

namespace spillway {

/// What a model gave back: exactly one of the two, or neither if the call failed.
struct model_answer {
  std::shared_ptr<const chat_reply> chat{};
  std::shared_ptr<const embedding_reply> vectors{};

  explicit operator bool() const noexcept { return chat || vectors; }
  /// Requires: there is an answer.
  const token_usage& usage() const { return chat ? chat->usage : vectors->usage; }
  /// The name of the model that answered, as its provider says it. Requires: likewise.
  const std::string& model_reported() const {
    return chat ? chat->model_reported : vectors->model_reported;
  }
};

} // namespace spillway
