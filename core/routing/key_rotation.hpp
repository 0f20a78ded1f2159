#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spillway::routing {

/// Spreads calls over several keys by their weights, as evenly as whole numbers allow: with weights
/// 2 and 1 the order is a, b, a. Smooth weighted round robin, so bursts are spread too.
///
/// One for each model, owned by the router. Not thread-safe.
class key_rotation {
public:
  /// Requires: at least one weight, each at least 1.
  explicit key_rotation(std::vector<std::int64_t> weights);

  /// The keys in the order in which this call should try them: the one whose turn it is, then the
  /// others by how near their turn is. `usable` says which there are; none of them: empty.
  /// Requires: as many as weights.
  std::vector<std::size_t> next(const std::vector<bool>& usable);

private:
  std::vector<std::int64_t> weights_;
  std::vector<std::int64_t> due_; ///< grows by the weight each turn; the turn costs all weights
};

} // namespace spillway::routing
