#pragma once

#include "core/chat.hpp"
#include "core/ids.hpp"
#include "core/money/ledger.hpp"
#include "core/report/trace_spool.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spillway::report {

/// Calls by how they ended.
struct call_counts {
  std::uint64_t begun = 0;
  std::uint64_t settled = 0;
  std::uint64_t not_sent = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0; ///< held at their maximum until somebody reconciles them
  std::uint64_t open = 0;    ///< without an ending: in flight, or of a run that died
  std::uint64_t folded = 0;  ///< of those above, the ones of which only totals are left
};

/// Calls of one key, model and set of scopes, begun in one quarter of an hour, of which only their
/// sums are left.
struct folded_calls {
  wall_time from{}; ///< the quarter
  key_id key;
  model_id model;
  std::vector<money::scope_value> scopes;
  call_counts calls;
  std::uint64_t paid = 0; ///< of them, those that cost anything
  token_usage usage;
  nano_usd cost;
};

/// What was charged to one value of one scope in one civil period.
struct account_sum {
  std::string scope;       ///< "global", "team", ...
  std::string name;        ///< empty for "global"
  std::string period;      ///< "2026-11-24", "2026-W48", "2026-11", "total"
  std::uint64_t calls = 0; ///< that cost anything
  nano_usd spent;
  nano_usd held; ///< of it, for calls that are open or unknown
};

/// What a check of a whole journal found.
struct ledger_check {
  std::size_t schema = 0;
  std::vector<std::string> damage;   ///< of the file, in the database's words
  std::vector<std::string> findings; ///< breaches of the chain and sums that do not agree
  call_counts calls;
  nano_usd spent;
  nano_usd held;
  trace_tally traces; ///< ended ones since the file was made
  std::vector<account_sum> accounts;

  bool sound() const noexcept { return damage.empty() && findings.empty(); }
};

/// What compacting a journal did.
struct compaction {
  std::size_t folded = 0;          ///< calls
  wall_time before{};              ///< that were begun before
  std::uintmax_t bytes_before = 0; ///< of the file
  std::uintmax_t bytes_after = 0;
  nano_usd spent; ///< over the whole ledger, the same before and after
};

} // namespace spillway::report
