#pragma once

namespace spillway {

/// Prints what, where and which expression, then aborts. Called by SPILLWAY_ASSERT only.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

} // namespace spillway

/// Guards an invariant whose breach is a programmer's error. Active in release builds too: a broken
/// ledger or limiter must stop the process rather than go on spending.
#define SPILLWAY_ASSERT(condition)                                                                 \
  do {                                                                                             \
    if (!(condition)) [[unlikely]]                                                                 \
      ::spillway::assertion_failed(#condition, __FILE__, __LINE__);                                \
  } while (false)
