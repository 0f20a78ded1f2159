#pragma once

#include "core/ids.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace spillway::routing {

/// The mean of scores from 0 (useless) to 1 (perfect).
struct quality_estimate {
  double mean = 0;
  std::uint64_t scores = 0;
};

/// What experience says of each model: how long its calls take, and how good its answers to each
/// kind of task were found. From recorded calls and feedback alone, never from a vendor's claims.
///
/// Owned by the router. Not thread-safe.
class track_record {
public:
  /// An answered call took `took`.
  void note_call(const model_id& model, duration took);

  /// Somebody, or a test, scored an answer to a task of this type (empty: any) from 0 to 1; other
  /// numbers are clamped. At most `bounds::scored_pairs_max` pairs of model and task are known;
  /// feedback on a further one is dropped, and false is returned.
  bool note_score(const model_id& model, const std::string& task_type, double score);

  /// The mean time of recent calls, the last one counting a tenth. Absent: none was made.
  std::optional<duration> time_of(const model_id& model) const;

  /// Absent: no score for this type of task.
  std::optional<quality_estimate> quality_of(const model_id& model,
                                             const std::string& task_type) const;

private:
  std::map<model_id, duration> times_; ///< bounded by the catalog
  std::map<std::pair<model_id, std::string>, quality_estimate> scores_;
};

} // namespace spillway::routing
