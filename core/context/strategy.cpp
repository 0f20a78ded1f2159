#include "core/context/strategy.hpp"

#include <array>
#include <cstddef>

namespace spillway::context {
namespace {

constexpr std::array<const char*, 6> names = {"auto",     "error",    "fallback",
                                              "truncate", "compress", "chunk"};

} // namespace

const char* to_string(strategy s) noexcept {
  return names[static_cast<std::size_t>(s)];
}

std::optional<strategy> parse_strategy(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (name == names[i])
      return static_cast<strategy>(i);
  return std::nullopt;
}

} // namespace spillway::context
