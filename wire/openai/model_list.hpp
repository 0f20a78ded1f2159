#pragma once

#include <string>
#include <vector>

namespace spillway::wire::openai {

struct listed_model {
  std::string id;
  std::string owner;
};

/// The body of a reply to GET /models.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
std::string encode_model_list(const std::vector<listed_model>& models);

} // namespace spillway::wire::openai
