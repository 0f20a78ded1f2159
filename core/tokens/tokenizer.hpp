#pragma once

#include "core/tokens/encoding.hpp"
#include "core/tokens/text_features.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::tokens {

/// How a family of models cuts text into tokens: by an encoding that we have, or by one that we
/// estimate from a text's features.
struct tokenizer {
  std::string_view name;          ///< for people: "o200k_base", "Gemma 3"
  std::optional<encoding> exact;  ///< counts with it are the vendor's own
  std::array<double, text_features::size> weights{}; ///< tokens = weights x features, unless exact
  double error_median = 0; ///< of estimates, relative, on texts of 200 to 4,000 characters
  double error_p90 = 0;
};

/// The tokenizer of a model by the name its API takes, a router's "vendor/" before it or not. A
/// name of no known family gets an estimate that is right for most.
const tokenizer& tokenizer_of(std::string_view upstream_name) noexcept;

/// The tokenizer of an encoding's name, or null.
const tokenizer* tokenizer_named(std::string_view encoding_name) noexcept;

/// Tokens of a text with these features, at least 1 unless they are all zero. For an exact
/// tokenizer this is an estimate all the same: count the text instead.
double estimated_tokens(const tokenizer& by, const text_features& features) noexcept;

} // namespace spillway::tokens
