#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace spillway::report {

/// Counts of values by size. The bounds are those of a table that outlives it. A value.
class histogram {
public:
  /// Requires: `bounds` ascend; a value that equals one is below it.
  explicit histogram(std::span<const std::int64_t> bounds)
      : bounds_{bounds}, counts_(bounds.size() + 1) {}

  void add(std::int64_t value) {
    ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value)
                                       - bounds_.begin())];
    sum_ += value;
    ++count_;
  }

  std::span<const std::int64_t> bounds() const noexcept { return bounds_; }
  /// One more than bounds: the last counts what is above them all.
  const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }
  std::int64_t sum() const noexcept { return sum_; }
  std::uint64_t count() const noexcept { return count_; }

private:
  std::span<const std::int64_t> bounds_;
  std::vector<std::uint64_t> counts_;
  std::int64_t sum_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace spillway::report
