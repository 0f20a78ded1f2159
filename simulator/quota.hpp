#pragma once

#include "core/instant.hpp"
#include "core/rate/limits.hpp"
#include "core/units.hpp"
#include "simulator/usage_window.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace spillway::simulator {

/// What a vendor charges to its token window when a request arrives; the actual output never
/// corrects it.
enum class charge_formula {
  input_plus_output_max,      ///< chars/4 + max_tokens: OpenAI as measured in 2024, Azure, Cerebras
  larger_of_input_output_max, ///< max(chars/4, max_tokens): as OpenAI's guide words it
  input_only,                 ///< Gemini; OpenAI chat as measured from 2025-07 to 2026-07
};

/// Tokens charged for a request of `input` tokens that asks for at most `output_max`, if it says.
std::int64_t charge_of(charge_formula formula, token_count input,
                       std::optional<token_count> output_max);

/// The limits of one model and how they are enforced. An absent limit is no limit; zero lets
/// nothing through.
struct quota_rules {
  std::optional<std::int64_t> requests_per_minute{};
  std::optional<std::int64_t> tokens_per_minute{};
  std::optional<std::int64_t> requests_per_day{};
  std::optional<std::int64_t> concurrent_requests{};
  window_kind window = window_kind::token_bucket;
  charge_formula charge = charge_formula::input_plus_output_max;
  /// A request that is refused or fails still takes one from the request windows that have room.
  /// Source: "unsuccessful requests contribute to your per-minute limit",
  /// https://platform.openai.com/docs/guides/rate-limits (2026-11-24).
  bool failed_requests_count = true;
  /// Whose midnight opens a new day ("America/Los_Angeles", Gemini); empty: as `window` counts.
  std::string day_zone{};
  /// Anthropic: prompts that no cache has, on arrival, and replies as they are written.
  /// Source: https://platform.claude.com/docs/en/api/rate-limits (2026-10).
  std::optional<std::int64_t> input_tokens_per_minute{};
  std::optional<std::int64_t> output_tokens_per_minute{};
};

/// Why a request is refused: the limit with the longest wait.
struct quota_refusal {
  rate::dimension binding = rate::dimension::requests_per_minute;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t requested = 0;
  /// Zero for concurrency (a slot opens when a call ends); absent if it can never fit.
  std::optional<duration> retry_after;
};

/// One limit as the `x-ratelimit-*` headers tell it.
struct quota_standing {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  duration reset{}; ///< until the limit is whole again, not until the next request fits
};

/// What a request takes when it arrives.
struct arrival_charge {
  std::int64_t tokens = 0; ///< by the vendor's formula
  std::int64_t input = 0;  ///< of the window over input tokens
};

/// Enforces one model's limits the way a provider does. It judges Spillway's own limiter, so it
/// shares no code with `core/rate/admission`. Not thread-safe. Every `now` must not be before an
/// earlier one.
class quota {
public:
  /// `started`: what both clocks show now. Requires: no limit is negative; `day_zone` is known.
  explicit quota(quota_rules rules, instant started = {});

  /// Takes one request and its charge from every limit, or from none and says why (but see
  /// `failed_requests_count`). A window over output tokens refuses only if it is used up. An
  /// admitted request must be ended once by `finish`. Requires: no part is negative.
  std::optional<quota_refusal> admit(const arrival_charge& charge, mono_time now);
  std::optional<quota_refusal> admit(std::int64_t tokens, mono_time now) {
    return admit({tokens, tokens}, now);
  }

  /// An admitted request's reply has so many tokens more. They count though there be no room: what
  /// is too much is taken of the room to come.
  void produce(std::int64_t tokens, mono_time now);

  /// An admitted request was answered: its concurrency slot is free again.
  void finish();

  /// The request limit as reported to clients: that of the day where there is one, as OpenAI does
  /// on its low tiers, else that of the minute. Absent without either.
  std::optional<quota_standing> requests_standing(mono_time now);
  std::optional<quota_standing> tokens_standing(mono_time now);
  std::optional<quota_standing> input_standing(mono_time now);
  std::optional<quota_standing> output_standing(mono_time now);

  /// The largest use each window ever had.
  std::int64_t most_requests_in_minute() const noexcept { return minute_requests_.most; }
  std::int64_t most_tokens_in_minute() const noexcept { return minute_tokens_.most; }
  std::int64_t most_input_in_minute() const noexcept { return minute_input_.most; }
  std::int64_t most_output_in_minute() const noexcept { return minute_output_.most; }
  /// The largest number of requests admitted and not finished at once.
  std::int64_t most_in_flight() const noexcept { return most_in_flight_; }

private:
  struct limit {
    rate::dimension which;
    std::int64_t allowed = 0;
    std::unique_ptr<usage_window> window; ///< null for no limit, and for a limit of zero
    std::int64_t most = 0;
    bool enforced = false;
  };

  static limit make_limit(rate::dimension which, std::optional<std::int64_t> allowed,
                          window_kind kind, duration period);
  static limit make_day_limit(const quota_rules& rules, instant started);
  static std::optional<quota_refusal> check(const limit& l, std::int64_t amount, mono_time now);
  static void take(limit& l, std::int64_t amount, mono_time now);
  static std::optional<quota_standing> standing(const limit& l, mono_time now);
  std::optional<quota_refusal> check_concurrency() const;
  std::optional<quota_refusal> worst_refusal(const arrival_charge& charge, mono_time now) const;
  void take_owed(mono_time now);
  void count_failed_request(mono_time now);

  quota_rules rules_;
  limit minute_requests_;
  limit day_requests_;
  limit minute_tokens_;
  limit minute_input_;
  limit minute_output_;
  std::int64_t output_owed_ = 0; ///< produced beyond the window's room
  std::int64_t in_flight_ = 0;
  std::int64_t most_in_flight_ = 0;
};

} // namespace spillway::simulator
