#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What became of a budget that many agents spend at once.
struct budget_result {
  std::string client;
  spillway::nano_usd budget;
  std::size_t in_flight = 0; ///< agents, each with one call at a time
  std::int64_t calls = 0;    ///< that were made
  spillway::nano_usd spent;

  /// Spent beyond the budget, as a share of it.
  double overshoot_ratio() const noexcept;
  /// Left over when no agent could make its call any more, as a share of the budget.
  double stranded_ratio() const noexcept;
};

/// Lets `agents` call until a budget has no room for any of their calls, on virtual time. Prompts
/// and replies are drawn from `seed` and priced like gpt-4o.
/// `spillway`: `core/money/ledger` and its queue, as the budget actor drives them.
/// `post_charging`: a call may go while less than the budget has been spent.
budget_result run_spillway_budget(spillway::nano_usd budget, std::size_t agents,
                                  std::uint64_t seed);
budget_result run_post_charging_budget(spillway::nano_usd budget, std::size_t agents,
                                       std::uint64_t seed);

} // namespace bench
