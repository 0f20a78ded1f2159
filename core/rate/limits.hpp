#pragma once

#include "core/units.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::rate {

/// The quantities a provider limits, per credential and model or family of models.
enum class dimension {
  requests_per_minute,
  tokens_per_minute,
  input_tokens_per_minute,
  output_tokens_per_minute,
  requests_per_day,
  tokens_per_day,
  concurrent_requests
};

inline constexpr std::array all_dimensions{
    dimension::requests_per_minute,     dimension::tokens_per_minute,
    dimension::input_tokens_per_minute, dimension::output_tokens_per_minute,
    dimension::requests_per_day,        dimension::tokens_per_day,
    dimension::concurrent_requests};

const char* to_string(dimension d) noexcept;
/// The dimension of that name; absent if there is none.
std::optional<dimension> dimension_of(std::string_view name) noexcept;

/// What one credential may use of one model. An absent value is no limit; zero lets nothing
/// through.
struct limits {
  std::optional<std::int64_t> requests_per_minute{};
  std::optional<std::int64_t> tokens_per_minute{};
  std::optional<std::int64_t> requests_per_day{};
  std::optional<std::int64_t> concurrent_requests{};
  /// IANA zone whose midnight opens a new day ("America/Los_Angeles"); empty for a rolling 24 h,
  /// which is never looser than any calendar day.
  std::string day_zone{};
  std::optional<std::int64_t> input_tokens_per_minute{};
  std::optional<std::int64_t> output_tokens_per_minute{};
  std::optional<std::int64_t> tokens_per_day{};

  /// The limit of one dimension; absent for none.
  std::optional<std::int64_t> of(dimension d) const noexcept;

  friend bool operator==(const limits&, const limits&) = default;
};

/// How a limit will be hit if use goes on as lately.
struct closing {
  dimension which = dimension::requests_per_minute;
  duration in{};    ///< until it is
  duration lasts{}; ///< from then until there is room again for a call like the one asked about
};

/// A quantity that is known exactly (`deviation` zero, `most` equal to `expected`) or estimated.
struct amount {
  std::int64_t expected = 0;
  std::int64_t deviation = 0; ///< one standard deviation of the estimate
  std::int64_t most = 0;      ///< it cannot be more
  friend bool operator==(const amount&, const amount&) = default;
};

/// What one call takes of the windows, besides one request. Estimated parts are held pooled over
/// all calls in flight, because their errors cancel out; the actual charge replaces them.
struct charge {
  amount tokens; ///< of the window over all tokens: what the provider counts on arrival
  amount input;  ///< of the window over input tokens
  amount output; ///< of the window over output tokens, which counts them as they are produced

  charge() = default;
  /// A charge of which only the total is known: it may be all input or all output.
  charge(token_count total) noexcept // NOLINT: a total is a charge
      : tokens{total.value(), 0, total.value()}, input{tokens}, output{tokens} {}
  charge(amount total, amount in, amount out) noexcept : tokens{total}, input{in}, output{out} {}

  /// What it takes of one dimension; concurrency and requests are one each.
  amount of(dimension d) const noexcept;

  friend bool operator==(const charge&, const charge&) = default;
};

/// `c` if it takes the most it may.
charge at_most(const charge& c) noexcept;

} // namespace spillway::rate
