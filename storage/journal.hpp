#pragma once

#include "core/bounds.hpp"
#include "core/call_record.hpp"
#include "core/report/trace_spool.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace spillway::storage {

/// Sums over a whole journal, for a quick look.
struct verification {
  std::size_t intents = 0;
  std::size_t settled = 0;   ///< intents with a settlement
  std::size_t unsettled = 0; ///< intents without one: in flight, or of a run that died
  std::size_t orphans = 0;   ///< settlements without an intent: never expected
  nano_usd spent;            ///< over all settlements and what was folded
};

/// What one commit makes durable, all of it or none.
struct journal_batch {
  std::vector<call_intent> intents;
  std::vector<call_settlement> settlements;
  std::vector<std::string> traces; ///< to keep until Langfuse has them
  std::vector<report::kept_trace> replaced;
  std::vector<report::ended_trace> ended;
  std::vector<limiter_lessons> lessons; ///< at most one for each limiter

  std::size_t size() const noexcept {
    return intents.size() + settlements.size() + traces.size() + replaced.size() + ended.size()
           + lessons.size();
  }
};

/// The calls of a runtime and what became of them, in one SQLite file: written ahead (WAL) and
/// synced at each commit, so that what was acknowledged survives a crash and a power failure. One
/// process has it open at a time, and others may look (`ledger_reader`): an empty file beside it,
/// `<path>-lock`, says whose it is. Used by one thread at a time.
class journal {
public:
  /// Opens or creates the file and brings its schema up to date. ":memory:" is a journal that dies
  /// with its owner. Traces above `trace_bytes_max` push out the oldest.
  /// Errors: no such folder, no permission, read-only, another process has it, not a journal,
  /// damaged, or of a newer schema than ours; each says what to do.
  static result<std::unique_ptr<journal>>
  open(const std::string& path, std::size_t trace_bytes_max = bounds::trace_memory_bytes_max);
  ~journal();

  /// Makes the batch durable. A row that is there already changes nothing.
  /// Errors: the disk is full or failing; then nothing was written.
  result<void> commit(const journal_batch& batch, wall_time now);

  /// Writes and removes `bounds::journal_probe_bytes`, to see whether a disk that refused takes
  /// rows again. Errors: it does not.
  result<void> probe();

  /// True once it takes nothing more until a restart, because nobody can tell what is on the disk:
  /// a sync failed, the file is damaged, or somebody moved it away.
  bool is_broken() const noexcept;

  /// The calls of one limiter that were begun since `since` and count against its windows.
  /// Unsettled and unknown ones are charged in full, rejected ones one request and no tokens, those
  /// that were not sent nothing. When an unsettled one was sent nobody knows: `now` at the latest.
  result<std::vector<rate::restored_lease>> leases_since(const key_id& key, const model_id& model,
                                                         wall_time since, wall_time now);

  /// What was spent by calls begun since `since`, summed up by quarter of an hour, model and
  /// scopes; calls whose outcome is unknown at their maximum.
  result<std::vector<money::restored_posting>> postings_since(wall_time since);

  /// What one limiter had learnt when it last said so; empty if it did not.
  result<std::vector<rate::learnt_limit>> lessons_of(const key_id& key, const model_id& model);

  /// Zero if there is none.
  result<std::uint64_t> highest_request_id();

  /// The calls that have not ended, among those of the last day that has any. Before the first
  /// commit of a run: those that a former run left open when it died.
  result<std::vector<call_intent>> unsettled_calls();

  /// The oldest traces, in order: at most `count_max`, and `bytes_max` unless the first alone is
  /// more.
  result<std::vector<report::kept_trace>> oldest_traces(std::size_t count_max,
                                                        std::size_t bytes_max);

  result<report::trace_tally> traces();

  result<verification> verify();

  /// Folds up to `calls_max` calls begun before `limit` into sums by quarter of an hour, key, model
  /// and scopes, and returns how many. Calls that are open or unknown stay as they are. Every sum
  /// of the ledger stays exactly what it was, or nothing is done.
  result<std::size_t> fold_before(wall_time limit, std::size_t calls_max);

  /// Gives the space of what was removed back to the disk. Takes as much again while it works.
  result<void> shrink();

  /// Sets a call right whose outcome is unknown: `as` says what really became of it. What it was is
  /// kept beside it, with the note. Errors: no such call, or its outcome is known.
  result<void> reconcile(const call_settlement& as, const std::string& note);

  /// Puts refused traces back in line and returns how many.
  result<std::size_t> retry_refused_traces();

private:
  class file;
  explicit journal(std::unique_ptr<file> f);
  std::unique_ptr<file> file_;
};

} // namespace spillway::storage
