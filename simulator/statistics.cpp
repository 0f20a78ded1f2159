#include "simulator/statistics.hpp"

namespace spillway::simulator {

std::uint64_t provider_statistics::refused_by_limits() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [model, seen] : models)
    for (const auto& [limit, count] : seen.refused)
      sum += count;
  return sum;
}

} // namespace spillway::simulator
