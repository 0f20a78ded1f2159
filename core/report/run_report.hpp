#pragma once

#include "core/report/usage_report.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace spillway::report {

/// The money of a run: the account with the least room. Without a budget `limit` is absent.
struct budget_totals {
  std::optional<nano_usd> limit;
  nano_usd spent;
  nano_usd reserved;
};

struct trace_totals {
  std::size_t delivered = 0;
  std::size_t pending = 0;
  std::size_t dead = 0;
};

/// What a run of a fleet came to.
struct run_report {
  usage_report usage;
  budget_totals budget;
  trace_totals traces;
  duration elapsed{};
};

} // namespace spillway::report
