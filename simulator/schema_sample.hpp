#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::simulator {

/// A text for the properties whose names satisfy `matches`.
struct sample_hint {
  bool (*matches)(std::string_view property) = nullptr;
  std::string text;
};

/// Texts to prefer while filling a schema.
struct sample_hints {
  std::vector<sample_hint> given;       ///< filled in wherever the schema has such a property
  std::vector<sample_hint> if_required; ///< filled in only where the schema demands it
  std::string otherwise = "text";       ///< any other string
};

/// The smallest JSON text that satisfies a JSON Schema: required properties only, fewest items,
/// least numbers, first choices. Knows const, enum, default, local $ref, anyOf, oneOf, allOf,
/// types, bounds on numbers, lengths and item counts, and the common string formats; a `pattern` is
/// not solved. "{}" for an empty or unreadable schema.
std::string sample_json(std::string_view schema_json, const sample_hints& hints);

} // namespace spillway::simulator
