#include "core/tokens/running_count.hpp"

#include "core/tokens/bpe.hpp"

namespace spillway::tokens {

void running_count::add(std::string_view more) {
  parted_ += count(encoding_, parts_.add(more));
}

std::int64_t running_count::total() const {
  return parted_ + count(encoding_, parts_.rest());
}

} // namespace spillway::tokens
