#pragma once

#include "config/schema.hpp"
#include "core/units.hpp"
#include "storage/ledger_reader.hpp"
#include "tests/soak/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spillway::soak {

/// A budget account as the last restart has it.
struct account_end {
  std::string name; ///< "global total", "team t3 total"
  nano_usd limit;
  nano_usd spent;
  nano_usd reserved;
};

/// What the two sides of a campaign remember.
struct evidence {
  world_record world;
  std::vector<ledger_row> ledger;
  std::vector<account_end> accounts;
  std::size_t traces_pending = 0; ///< of the last restart, after it had time to deliver
  std::size_t traces_dead = 0;
};

struct verdict {
  /// Calls, or parts of their cost, that the provider knows and the ledger, its accounts or
  /// Langfuse do not.
  std::uint64_t lost = 0;
  /// Calls, or parts of their cost, that the ledger, its accounts or Langfuse have and the provider
  /// does not.
  std::uint64_t counted_twice = 0;
  std::uint64_t window_exceeded = 0; ///< calls that came above a limit, by their times of arrival
  std::uint64_t budget_exceeded = 0; ///< accounts
  std::vector<std::string> findings; ///< for people: the first of each

  bool clean() const noexcept {
    return lost == 0 && counted_twice == 0 && window_exceeded == 0 && budget_exceeded == 0;
  }
};

/// Compares them. A call whose outcome the ledger does not know may cost more there than it did.
verdict judge(const evidence& given, const config::settings& settings);

} // namespace spillway::soak
