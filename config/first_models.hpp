#pragma once

#include "config/schema.hpp"

#include <vector>

namespace spillway::config {

/// Models for a default route that nobody wrote: of each provider of `s` that has one, its cheapest
/// model for general use that chats, is neither a preview nor about to end, and has a price; the
/// cheapest first, at most `bounds::candidates_max`. Where none is marked as general (servers of
/// one's own), the cheapest of all; where none has a price, the first by name of those that
/// `budget.unpriced_allowed` lists.
std::vector<model_id> first_models(const settings& s);

} // namespace spillway::config
