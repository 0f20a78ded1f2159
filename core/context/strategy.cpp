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

const char* to_string(outcome o) noexcept {
  switch (o) {
    case outcome::as_it_is: return "as_it_is";
    case outcome::larger_model: return "larger_model";
    case outcome::compressed: return "compressed";
    case outcome::truncated: return "truncated";
    case outcome::chunked: return "chunked";
    case outcome::refused: return "refused";
  }
  return "?";
}

} // namespace spillway::context
