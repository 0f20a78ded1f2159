#pragma once

#include <cstdlib>
#include <string_view>

/// One fuzz target a program: clang links libFuzzer to it, other compilers `replay_main.cpp`, which
/// runs the corpus and seeded mutations of it.
namespace spillway::fuzz {

/// Defined by each target. What must hold is required; what must not happen is a crash.
void run(std::string_view input);

inline void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace spillway::fuzz
