#pragma once

#include "wire/json_reader.hpp"

#include <optional>

/// Internal to the sources of `wire/openai`: what callers may ask of the draw of tokens.
namespace spillway::wire::openai {

struct number_range {
  double least;
  double most;
};

/// Source: https://platform.openai.com/docs/api-reference/chat/create (2026-11). What lies within
/// them and a model does not take is sent as the nearest it takes, or left out.
inline constexpr number_range temperatures{0, 2};
inline constexpr number_range shares{0, 1};
inline constexpr number_range penalties{-2, 2};

/// A number within `range`; a fault if it lies outside, absent if it is not there.
std::optional<double> decode_number(const json_node& node, number_range range);

} // namespace spillway::wire::openai
