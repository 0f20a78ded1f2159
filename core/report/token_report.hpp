#pragma once

#include "core/catalog.hpp"
#include "core/tokens/gauge.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::report {

/// One text that was counted.
struct text_size {
  std::string name; ///< its path, or "standard input"
  std::int64_t bytes = 0;
  std::int64_t tokens = 0;
};

/// What all the texts together are to one model, as the input of one call.
struct model_share {
  const model_entry* model = nullptr;
  const tokens::tokenizer* counted_by = nullptr;
  token_count tokens;
  std::optional<nano_usd> cost; ///< absent: no price is known
  bool fits = false;            ///< leaves room in the model's context, if that is known
};

/// Texts counted in one tokenizer, and what they come to for some models.
struct token_report {
  std::string_view counted_by; ///< the tokenizer of `files` and `total`
  bool exact = true;
  std::vector<text_size> files;
  text_size total;
  std::vector<model_share> models; ///< cheapest first, those without a price last
};

/// What a text is to each of `models`, cheapest first, at the prices of `now`; neither framing nor
/// reply nor cache is in it. Requires: `whole` was asked for each model's tokenizer and finished.
std::vector<model_share> shares_of(const tokens::gauge& whole,
                                   std::span<const model_entry* const> models, wall_time now);

} // namespace spillway::report
