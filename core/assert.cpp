#include "core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace spillway {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, expression);
  std::abort();
}

} // namespace spillway
