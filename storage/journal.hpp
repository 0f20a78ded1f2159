#pragma once

#include "core/call_record.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace spillway::storage {

/// What a check of the whole journal found.
struct verification {
  std::size_t intents = 0;
  std::size_t settled = 0;   ///< intents with a settlement
  std::size_t unsettled = 0; ///< intents without one: in flight, or of a run that died
  std::size_t orphans = 0;   ///< settlements without an intent: never expected
  nano_usd spent;            ///< sum over all settlements
};

/// The calls of a runtime and what became of them, in one SQLite file: written ahead (WAL) and
/// synced at each commit, so that what was acknowledged survives a crash and a power failure. One
/// process has it open at a time. Used by one thread at a time.
class journal {
public:
  /// Opens or creates the file and brings its schema up to date.
  /// Errors: no such folder, no permission, read-only, another process has it, not a journal,
  /// damaged, or of a newer schema than ours; each says what to do.
  static result<std::unique_ptr<journal>> open(const std::string& path);
  ~journal();

  /// Makes the rows durable, all or none. A row that is there already changes nothing.
  /// Errors: the disk is full or failing; then nothing was written.
  result<void> commit(std::span<const call_intent> intents,
                      std::span<const call_settlement> settlements);

  /// The calls of one limiter since `since` that count against its windows. Unsettled and unknown
  /// ones are charged in full, rejected ones one request and no tokens, those that were not sent
  /// nothing.
  result<std::vector<rate::restored_lease>> leases_since(const key_id& key, const model_id& model,
                                                         wall_time since);

  /// What was spent since `since`; calls whose outcome is unknown at their maximum.
  result<std::vector<money::restored_posting>> postings_since(wall_time since);

  /// Zero if there is none.
  result<std::uint64_t> highest_request_id();

  /// Settles the calls that a former run left open as unknown, at their maximum, and returns how
  /// many. To be called before the first commit of a run.
  result<std::size_t> mark_unsettled_unknown(wall_time at);

  result<verification> verify();

  /// Deletes settled calls older than `limit` and returns how many.
  result<std::size_t> forget_before(wall_time limit);

private:
  class file;
  explicit journal(std::unique_ptr<file> f);
  std::unique_ptr<file> file_;
};

} // namespace spillway::storage
