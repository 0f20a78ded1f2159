#include "core/tokens/rank_image.hpp"

#include <cstring>

namespace spillway::tokens {

std::uint64_t hash_of_text(const char* text, std::size_t size) noexcept {
  std::uint64_t hash = size * 0x9e37'79b9'7f4a'7c15;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (; size > 16; text += 16, size -= 16) {
    std::memcpy(&low, text, 8);
    std::memcpy(&high, text + 8, 8);
    hash = mix(low ^ hash, high ^ 0xd1b5'4a32'd192'ed03);
  }
  char last[16] = {};
  std::memcpy(last, text, size);
  std::memcpy(&low, last, 8);
  std::memcpy(&high, last + 8, 8);
  return mix(low ^ hash, high ^ 0x8cb9'2ba7'2f3d'8dd7);
}

} // namespace spillway::tokens
