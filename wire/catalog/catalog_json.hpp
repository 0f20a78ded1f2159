#pragma once

#include "core/catalog.hpp"

#include <span>
#include <string>
#include <string_view>

namespace spillway::wire::catalog {

/// One model of a listing, with the tier whose limits hold.
struct catalog_row {
  const model_entry* model = nullptr;
  std::string_view tier;
};

/// The models as one JSON array for other programs: sizes in tokens, the prices of `now` in dollars
/// per million tokens and the next change of them, limits, abilities, lifecycle.
std::string encode_catalog(std::span<const catalog_row> rows, wall_time now);

} // namespace spillway::wire::catalog
