#pragma once

#include "core/result.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The body of a reply to GET /v1/models, both ways.
/// Source: anthropic-sdk-python src/anthropic/types/model_info.py (2026-10).
namespace spillway::wire::anthropic {

struct listed_model {
  std::string id;
  std::string display_name;
  std::optional<token_count> input_max{};  ///< its context
  std::optional<token_count> output_max{}; ///< the largest `max_tokens`
  bool retired = false;
  friend bool operator==(const listed_model&, const listed_model&) = default;
};

struct model_page {
  std::vector<listed_model> models;
  std::string next_after; ///< the `after_id` of the next page; empty: this is the last
};

/// One page that is all there is.
std::string encode_model_list(const std::vector<listed_model>& models);

/// One model, as GET /v1/models/{id} answers.
std::string encode_model(const listed_model& model);

/// Errors: no JSON, no list, a model without an id; named by its path.
result<model_page> decode_model_list(std::string_view body);

} // namespace spillway::wire::anthropic
