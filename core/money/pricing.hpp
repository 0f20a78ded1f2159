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
  std::int64_t cache_write = 0; ///< kept for five minutes, or as long as the vendor likes
  std::int64_t output = 0;
  std::optional<std::int64_t> cache_write_1h{}; ///< absent: as `cache_write`
  std::optional<std::int64_t> audio_input{};    ///< absent: as `input`
  std::optional<std::int64_t> audio_output{};   ///< absent: as `output`
  std::optional<std::int64_t> reasoning{};      ///< absent: as `output`
  friend bool operator==(const price_row&, const price_row&) = default;
};

/// A row that replaces the base row for the *whole* request, output included, once its total input
/// exceeds `above_input`.
struct price_tier {
  token_count above_input;
  price_row row;
  friend bool operator==(const price_tier&, const price_tier&) = default;
};

/// What a service tier costs in thousandths of the standard price. OpenAI, Anthropic and Gemini
/// bill batch, the first and the last also flex, at one half. A price of priority that nobody gave
/// is taken as the dearest published, 2.5 times: too much spent is safer than too little.
/// Source: https://developers.openai.com/api/docs/pricing,
/// https://platform.claude.com/docs/en/about-claude/pricing,
/// https://ai.google.dev/gemini-api/docs/pricing (as of 2026-10).
struct service_factors {
  std::int64_t batch = 1000;
  std::int64_t flex = 1000;
  std::int64_t priority = 2500;
  friend bool operator==(const service_factors&, const service_factors&) = default;
};

/// What holds from one day on, until a later one starts.
struct dated_price {
  wall_time from{}; ///< inclusive
  price_row base;
  std::vector<price_tier> tiers; ///< ascending by `above_input`
  service_factors factors{};
  friend bool operator==(const dated_price&, const dated_price&) = default;
};

/// All prices of one model, ascending by date. Empty: the price is unknown.
struct model_pricing {
  std::vector<dated_price> rows;
  friend bool operator==(const model_pricing&, const model_pricing&) = default;
};

/// What a call cost, in parts that do not overlap; `total` is their sum.
struct call_cost {
  nano_usd input; ///< neither cached nor written to a cache; text and audio
  nano_usd cached_input;
  nano_usd cache_write; ///< for five minutes and for an hour
  nano_usd output;      ///< reasoning and audio included
  nano_usd total;
  friend bool operator==(const call_cost&, const call_cost&) = default;
};

/// The cost of `usage` at the price of the day and of the service tier it names. Each part is
/// tokens x price rounded up once to a nano-dollar. Absent if no row covers `at`. Negative or
/// contradictory usage is clamped to what is possible (parts within their totals), never to a
/// negative cost. Audio that was read from a cache is billed as cached input.
std::optional<call_cost> cost_of(const token_usage& usage, const model_pricing& pricing,
                                 wall_time at);

/// What a call takes at most.
struct call_size {
  token_count input;
  token_count output;
  service_tier tier = service_tier::standard; ///< asked for; a vendor may serve the standard one
  bool audio = true;                          ///< it may carry or produce audio
  bool hour_cache = true;                     ///< it may ask the vendor to cache for an hour
};

/// The most that a call of `size` can cost at the price of the day: nothing cached, everything
/// written to the cache if that is dearer, the dearest tier reached, a discount not granted.
/// Absent if no row covers `at`.
std::optional<nano_usd> worst_case_cost(const call_size& size, const model_pricing& pricing,
                                        wall_time at);

/// The longest reply that `room` pays for in the worst case: the largest output whose
/// `worst_case_cost` is within it, at most `size.output`. Zero if not even one token fits. Absent
/// if no row covers `at`.
std::optional<token_count> affordable_output(const call_size& size, const model_pricing& pricing,
                                             wall_time at, nano_usd room);

} // namespace spillway::money
