#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

/// One fuzz target a program: clang links libFuzzer to it, other compilers `replay_main.cpp`, which
/// runs the corpus and seeded mutations of it.
namespace spillway::fuzz {

/// Defined by each target. What must hold is required; what must not happen is a crash.
void run(std::string_view input);

/// Names the line that required it. `__builtin_LINE`, as clang 14 has no std::source_location.
inline void require(bool holds, int line = __builtin_LINE(), const char* file = __builtin_FILE()) {
  if (holds)
    return;
  std::fprintf(stderr, "%s:%d: what was required does not hold\n", file, line);
  std::abort();
}

} // namespace spillway::fuzz
