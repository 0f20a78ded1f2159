#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::wire::openai {

struct listed_model {
  std::string id;
  std::string owner;
};

/// The body of a reply to GET /models, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
std::string encode_model_list(const std::vector<listed_model>& models);

/// One model, as GET /models/{id} answers.
std::string encode_model(const listed_model& model);

/// Errors: no JSON, no list, an entry without an id; by its path.
result<std::vector<listed_model>> decode_model_list(std::string_view body);

} // namespace spillway::wire::openai
