#include "core/money/pricing.hpp"

#include <algorithm>

namespace spillway::money {
namespace {

constexpr std::int64_t thousandths = 1000;
/// Prices are per million tokens, factors in thousandths.
constexpr std::int64_t units_per_nano = 1'000'000 * thousandths;

/// Sums tokens x price x factor exactly; rounds up once when asked for nano-dollars.
class exact_sum {
public:
  explicit exact_sum(std::int64_t factor) : factor_{factor} {}

  exact_sum& add(std::int64_t tokens, std::int64_t price) {
    sum_ += static_cast<__int128>(tokens) * price * factor_;
    return *this;
  }
  nano_usd rounded_up() const {
    return nano_usd{static_cast<std::int64_t>((sum_ + units_per_nano - 1) / units_per_nano)};
  }

private:
  std::int64_t factor_;
  __int128 sum_ = 0;
};

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

std::int64_t factor_of(const service_factors& factors, service_tier tier) {
  switch (tier) {
    case service_tier::standard: return thousandths;
    case service_tier::batch: return factors.batch;
    case service_tier::flex: return factors.flex;
    case service_tier::priority: return factors.priority;
  }
  return thousandths;
}

std::int64_t within(token_count value, std::int64_t most) {
  return std::clamp<std::int64_t>(value.value(), 0, std::max<std::int64_t>(most, 0));
}

/// What one row asks of a call at worst: a price per token of the input and one of the output.
struct worst_row {
  std::int64_t input;
  std::int64_t output;
  std::int64_t factor;

  /// Each of the three parts of the input may be rounded up on its own.
  nano_usd roundings() const { return nano_usd{input > 0 ? 2 : 0}; }
  nano_usd input_cost(token_count tokens) const {
    return exact_sum{factor}.add(tokens.value(), input).rounded_up() + roundings();
  }
  nano_usd output_cost(token_count tokens) const {
    return exact_sum{factor}.add(tokens.value(), output).rounded_up();
  }
  token_count affordable(nano_usd room, token_count most) const {
    if (output == 0 || factor == 0)
      return most;
    const auto units = static_cast<__int128>(room.value()) * units_per_nano;
    const auto tokens = units / (static_cast<__int128>(output) * factor);
    return token_count{static_cast<std::int64_t>(std::min<__int128>(tokens, most.value()))};
  }
};

worst_row worst_of(const price_row& row, const call_size& size, const service_factors& factors) {
  worst_row worst{std::max({row.input, row.cached_input, row.cache_write}),
                  std::max(row.output, row.reasoning.value_or(0)),
                  std::max(thousandths, factor_of(factors, size.tier))};
  if (size.hour_cache)
    worst.input = std::max(worst.input, row.cache_write_1h.value_or(0));
  if (size.audio) {
    worst.input = std::max(worst.input, row.audio_input.value_or(0));
    worst.output = std::max(worst.output, row.audio_output.value_or(0));
  }
  return worst;
}

std::vector<worst_row> worst_rows(const dated_price& price, const call_size& size) {
  std::vector<worst_row> rows{worst_of(price.base, size, price.factors)};
  for (const price_tier& tier : price.tiers)
    if (size.input > tier.above_input)
      rows.push_back(worst_of(tier.row, size, price.factors));
  return rows;
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
  const std::int64_t hour = within(usage.cache_write_1h, written);
  const std::int64_t heard = within(usage.audio_input, input - cached - written);
  const std::int64_t output = std::max<std::int64_t>(usage.output.value(), 0);
  const std::int64_t thought = within(usage.reasoning, output);
  const std::int64_t spoken = within(usage.audio_output, output - thought);
  const price_row& row = row_for(*price, input);
  const exact_sum none{factor_of(price->factors, usage.tier)};
  call_cost cost;
  cost.input = exact_sum{none}
                   .add(input - cached - written - heard, row.input)
                   .add(heard, row.audio_input.value_or(row.input))
                   .rounded_up();
  cost.cached_input = exact_sum{none}.add(cached, row.cached_input).rounded_up();
  cost.cache_write = exact_sum{none}
                         .add(written - hour, row.cache_write)
                         .add(hour, row.cache_write_1h.value_or(row.cache_write))
                         .rounded_up();
  cost.output = exact_sum{none}
                    .add(output - thought - spoken, row.output)
                    .add(thought, row.reasoning.value_or(row.output))
                    .add(spoken, row.audio_output.value_or(row.output))
                    .rounded_up();
  cost.total = cost.input + cost.cached_input + cost.cache_write + cost.output;
  return cost;
}

std::optional<nano_usd> worst_case_cost(const call_size& size, const model_pricing& pricing,
                                        wall_time at) {
  const dated_price* price = price_of_day(pricing, at);
  if (price == nullptr)
    return std::nullopt;
  nano_usd most;
  for (const worst_row& row : worst_rows(*price, size))
    most = std::max(most, row.input_cost(size.input) + row.output_cost(size.output));
  return most;
}

std::optional<token_count> affordable_output(const call_size& size, const model_pricing& pricing,
                                             wall_time at, nano_usd room) {
  const dated_price* price = price_of_day(pricing, at);
  if (price == nullptr)
    return std::nullopt;
  token_count least = size.output;
  for (const worst_row& row : worst_rows(*price, size)) {
    const nano_usd left = room - row.input_cost(size.input);
    least = left < nano_usd{0} ? token_count{} : std::min(least, row.affordable(left, size.output));
  }
  return least;
}

} // namespace spillway::money
