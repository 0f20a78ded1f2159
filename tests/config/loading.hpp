#pragma once

#include "config/load.hpp"
#include "config/secrets.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

namespace spillway::config::testing {

/// The settings of `text` laid over the defaults; fails the test if it is refused.
inline settings loaded(std::string_view text) {
  auto out = load_text(text, "t.toml");
  INFO((out ? std::string{} : out.failure().message));
  REQUIRE(out);
  return std::move(out).value();
}

/// What is wrong with `text`; empty if it loads.
inline std::string refusal(std::string_view text) {
  auto out = load_text(text, "t.toml");
  return out ? std::string{} : out.failure().message;
}

/// The entry of a model; fails the test if there is none. Lives as long as `s`.
inline const model_entry& model(const settings& s, std::string_view id) {
  const auto it = std::find_if(s.models.begin(), s.models.end(),
                               [&](const model_entry& m) { return m.id.value == id; });
  INFO(id);
  REQUIRE(it != s.models.end());
  return *it;
}

inline bool has_model(const settings& s, std::string_view id) {
  return std::any_of(s.models.begin(), s.models.end(),
                     [&](const model_entry& m) { return m.id.value == id; });
}

/// Null if there is none. Lives as long as `s`.
inline const provider_settings* provider(const settings& s, std::string_view id) {
  const auto it = std::find_if(s.providers.begin(), s.providers.end(),
                               [&](const provider_settings& p) { return p.id.value == id; });
  return it == s.providers.end() ? nullptr : &*it;
}

/// The models of a route by name; none if there is no such route.
inline std::vector<std::string> route(const settings& s, std::string_view name) {
  std::vector<std::string> out;
  for (const routing::route& r : s.routing.routes)
    if (r.name == name)
      for (const model_id& id : r.models)
        out.push_back(id.value);
  return out;
}

/// "x7".
inline std::string numbered(std::string_view prefix, int number) {
  return std::string{prefix}.append(std::to_string(number));
}

inline environment variables(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    const auto it = all.find(name);
    return it == all.end() ? std::nullopt : std::optional{it->second};
  };
}

} // namespace spillway::config::testing
