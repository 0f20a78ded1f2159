#pragma once

#include "core/result.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The body of a reply to GET /models, both ways: limits that a catalog may be refreshed from.
/// Source: https://ai.google.dev/api/models (2026-10).
namespace spillway::wire::gemini {

struct listed_model {
  std::string name; ///< bare: "gemini-2.5-flash"
  std::string display_name;
  token_count input_max;
  token_count output_max;
  std::vector<std::string> methods; ///< "generateContent", "embedContent", ...
  bool thinks = false;
  friend bool operator==(const listed_model&, const listed_model&) = default;
};

struct model_page {
  std::vector<listed_model> models;
  std::string next_page; ///< the `pageToken` to ask for the next; empty: this is the last
  friend bool operator==(const model_page&, const model_page&) = default;
};

std::string encode_model_page(const model_page& page);

/// Errors: no JSON, or a field of the wrong type, named by its path.
result<model_page> decode_model_page(std::string_view body);

} // namespace spillway::wire::gemini
