#include "core/rate/rate_meter.hpp"

#include <algorithm>

namespace spillway::rate {

void rate_meter::add(std::int64_t amount, mono_time now) {
  first_ = std::min(first_, now);
  const std::int64_t index = index_of(now);
  const auto slot = static_cast<std::size_t>(index) % bins;
  if (index_[slot] != index) {
    index_[slot] = index;
    amounts_[slot] = 0;
  }
  amounts_[slot] += amount;
}

rate_meter::reading rate_meter::read(mono_time now) const {
  reading out;
  if (first_ > now)
    return out;
  const std::int64_t newest = index_of(now);
  const auto oldest = newest - static_cast<std::int64_t>(bins) + 1;
  for (std::size_t slot = 0; slot < bins; ++slot)
    if (index_[slot] >= oldest && index_[slot] <= newest)
      out.amount += amounts_[slot];
  const mono_time begin = std::max(first_, mono_time{oldest * bin_});
  // A first amount a moment ago is no rate yet: it is spread over one bin at least.
  out.over = std::max(now - begin, bin_);
  return out;
}

} // namespace spillway::rate
