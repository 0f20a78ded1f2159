#pragma once

#include "core/chat.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

/// A text to embed, or its tokens if the caller has counted them out already.
struct embedding_input {
  std::string text{};
  std::vector<std::int32_t> tokens{}; ///< instead of `text`
  friend bool operator==(const embedding_input&, const embedding_input&) = default;
};

/// What a caller asks of an embedding model, in no vendor's dialect.
struct embedding_request {
  std::vector<embedding_input> inputs; ///< not empty; at most `bounds::embedding_inputs_max`
  std::optional<std::int64_t> dimensions{};
  std::string task{}; ///< what the vectors are for, as Gemini names it: "RETRIEVAL_QUERY"
  std::string user{};
  friend bool operator==(const embedding_request&, const embedding_request&) = default;
};

/// One vector for each input, in their order.
struct embedding_reply {
  std::vector<std::vector<float>> vectors;
  std::string model_reported;
  std::string provider_request_id;
  token_usage usage; ///< `estimated` if the vendor told none
};

} // namespace spillway
