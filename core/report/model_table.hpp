#pragma once

#include "core/catalog.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::report {

/// The models of one provider, for `model_table`.
struct provider_models {
  std::string provider;
  std::string tier; ///< whose limits are shown; empty: none
  std::vector<const model_entry*> models;
};

/// The models for people: sizes, the prices of `now` in dollars per million tokens, limits of the
/// tier, abilities and lifecycle. At most 100 columns, unless a name is longer than 26 characters.
std::string model_table(const std::vector<provider_models>& providers, wall_time now);

/// A number in at most five characters: 500, 8192, 16.4k, 128k, 1.05M, 2M.
std::string short_count(std::int64_t count);

/// A price in at most six: $2.50, $0.075, $.0028, $150, free.
std::string short_price(std::int64_t nano_usd_per_mtok);

} // namespace spillway::report
