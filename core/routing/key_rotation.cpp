#include "core/routing/key_rotation.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <utility>

namespace spillway::routing {

key_rotation::key_rotation(std::vector<std::int64_t> weights)
    : weights_{std::move(weights)}, due_(weights_.size(), 0) {
  SPILLWAY_ASSERT(!weights_.empty());
}

std::vector<std::size_t> key_rotation::next(const std::vector<bool>& usable) {
  std::vector<std::size_t> order;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (!usable[i])
      continue;
    order.push_back(i);
    due_[i] += weights_[i];
    all += weights_[i];
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return due_[a] > due_[b]; });
  if (!order.empty())
    due_[order.front()] -= all;
  return order;
}

} // namespace spillway::routing
