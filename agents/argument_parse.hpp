#pragma once

#include "core/bounds.hpp"
#include "core/result.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace spillway::agents {

/// A model's arguments as a JSON object. For the sources of this room only: its other headers keep
/// the JSON library out of their includers.
/// Errors: no JSON, deeper than `bounds::json_depth_max`, or not an object.
inline result<nlohmann::json> parse_object(std::string_view text) {
  using nlohmann::json;
  bool too_deep = false;
  const auto bound_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > bounds::json_depth_max;
    return !too_deep;
  };
  json parsed = json::parse(text, bound_depth, false);
  if (too_deep)
    return error{"the arguments are nested too deeply"};
  if (parsed.is_discarded())
    return error{"the arguments are not valid JSON; send one JSON object"};
  if (!parsed.is_object())
    return error{"the arguments must be one JSON object"};
  return parsed;
}

} // namespace spillway::agents
