#pragma once

#include "core/call_record.hpp"
#include "core/money/calendar.hpp"
#include "core/report/ledger_check.hpp"
#include "core/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway::storage {

/// Which calls. Everything by default.
struct ledger_filter {
  wall_time from = wall_time::min(); ///< begun at or after
  wall_time to = wall_time::max();   ///< begun before
  model_id model;                    ///< empty: all
  bool unknown_only = false;         ///< those that are open, or whose outcome is unknown
};

/// A trace that Langfuse refused for good.
struct refused_trace {
  wall_time at{};
  std::string reason;
  std::string bytes;
};

/// Looks at a journal without changing it, also while a runtime has it open. Used by one thread at
/// a time.
class ledger_reader {
public:
  /// Errors: no such file, no permission, not a journal, damaged, or of another schema than ours;
  /// each says what to do.
  static result<std::unique_ptr<ledger_reader>> open(const std::string& path);
  ~ledger_reader();

  /// Shows each call that was not folded, in the order they were begun.
  /// Errors: the file cannot be read on.
  result<void> each_call(const ledger_filter& filter,
                         const std::function<void(const ledger_row&)>& show);

  /// Shows the sums of folded calls, in order of time. `filter.from` and `to` choose whole quarters
  /// of an hour. Errors: likewise.
  result<void> each_folded(const ledger_filter& filter,
                           const std::function<void(const report::folded_calls&)>& show);

  /// Oldest first, at most `bounds::refused_traces_max`. Errors: likewise.
  result<std::vector<refused_trace>> refused_traces();

  /// Checks the file, the chain from intents to endings and all sums kept beside the rows, and adds
  /// up what each account was charged in each `per` of `zone` (which is known).
  /// Errors: the file cannot be read at all; what is wrong in it is in the answer.
  result<report::ledger_check> check(money::period per, const std::string& zone);

private:
  class file;
  explicit ledger_reader(std::unique_ptr<file> f);
  std::unique_ptr<file> file_;
};

} // namespace spillway::storage
