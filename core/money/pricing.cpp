#include "core/money/pricing.hpp"

#include <algorithm>

namespace spillway::money {
namespace {

constexpr std::int64_t tokens_per_price = 1'000'000;

/// tokens x price per million, rounded up once.
nano_usd charge(std::int64_t tokens, std::int64_t price) {
  const auto product = static_cast<__int128>(tokens) * price;
  return nano_usd{static_cast<std::int64_t>((product + tokens_per_price - 1) / tokens_per_price)};
}

const dated_price* price_of_day(const model_pricing& pricing, wall_time at) {
  const dated_price* found = nullptr;
  for (const dated_price& row : pricing.rows)
    if (row.from <= at)
      found = &row;
  return found;
}

const price_row& row_for(const dated_price& price, std::int64_t input) {
  const price_row* row = &price.base;
  for (const price_tier& tier : price.tiers)
    if (input > tier.above_input.value())
      row = &tier.row;
  return *row;
}

std::int64_t within(token_count value, std::int64_t most) {
  return std::clamp<std::int64_t>(value.value(), 0, std::max<std::int64_t>(most, 0));
}

} // namespace

std::optional<call_cost> cost_of(const token_usage& usage, const model_pricing& pricing,
                                 wall_time at) {
  const dated_price* price = price_of_day(pricing, at);
  if (price == nullptr)
    return std::nullopt;
  const std::int64_t input = std::max<std::int64_t>(usage.input.value(), 0);
  const std::int64_t cached = within(usage.cached_input, input);
  const std::int64_t written = within(usage.cache_write, input - cached);
  const price_row& row = row_for(*price, input);
  call_cost cost;
  cost.input = charge(input - cached - written, row.input);
  cost.cached_input = charge(cached, row.cached_input);
  cost.cache_write = charge(written, row.cache_write);
  cost.output = charge(std::max<std::int64_t>(usage.output.value(), 0), row.output);
  cost.total = cost.input + cost.cached_input + cost.cache_write + cost.output;
  return cost;
}

std::optional<nano_usd> worst_case_cost(token_count input, token_count output,
                                        const model_pricing& pricing, wall_time at) {
  const dated_price* price = price_of_day(pricing, at);
  if (price == nullptr)
    return std::nullopt;
  const auto cost = [&](const price_row& row) {
    const std::int64_t dearest = std::max({row.input, row.cached_input, row.cache_write});
    // Each of the three parts of the input may be rounded up on its own.
    const nano_usd roundings{dearest > 0 ? 2 : 0};
    return charge(input.value(), dearest) + charge(output.value(), row.output) + roundings;
  };
  nano_usd most = cost(price->base);
  for (const price_tier& tier : price->tiers)
    if (input > tier.above_input)
      most = std::max(most, cost(tier.row));
  return most;
}

} // namespace spillway::money
