#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace spillway::money {

/// Nano-dollars per million tokens: $2.50 is 2'500'000'000.
struct price_row {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0; ///< reasoning included
  friend bool operator==(const price_row&, const price_row&) = default;
};

/// A row that replaces the base row for the *whole* request, output included, once its total input
/// exceeds `above_input`.
struct price_tier {
  token_count above_input;
  price_row row;
  friend bool operator==(const price_tier&, const price_tier&) = default;
};

/// What holds from one day on, until a later one starts.
struct dated_price {
  wall_time from{}; ///< inclusive
  price_row base;
  std::vector<price_tier> tiers; ///< ascending by `above_input`
  friend bool operator==(const dated_price&, const dated_price&) = default;
};

/// All prices of one model, ascending by date. Empty: the price is unknown.
struct model_pricing {
  std::vector<dated_price> rows;
  friend bool operator==(const model_pricing&, const model_pricing&) = default;
};

/// What a call cost, in parts that do not overlap; `total` is their sum.
struct call_cost {
  nano_usd input; ///< neither cached nor written to a cache
  nano_usd cached_input;
  nano_usd cache_write;
  nano_usd output;
  nano_usd total;
  friend bool operator==(const call_cost&, const call_cost&) = default;
};

/// The cost of `usage` at the price of the day. Each part is tokens x price rounded up once to a
/// nano-dollar. Absent if no row covers `at`. Negative or contradictory usage is clamped to what is
/// possible (parts within their totals), never to a negative cost.
std::optional<call_cost> cost_of(const token_usage& usage, const model_pricing& pricing,
                                 wall_time at);

/// The most that a call of at most `input` and `output` tokens can cost at the price of the day:
/// nothing cached, everything written to the cache if that is dearer, the dearest tier reached.
/// Absent if no row covers `at`.
std::optional<nano_usd> worst_case_cost(token_count input, token_count output,
                                        const model_pricing& pricing, wall_time at);

} // namespace spillway::money
