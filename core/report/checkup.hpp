#pragma once

#include <string>
#include <vector>

namespace spillway::report {

enum class checkup_result {
  good,
  warning, ///< works, but somebody should look
  failed,
  skipped, ///< nothing to look at, or asked not to look
};

const char* to_string(checkup_result r) noexcept;

/// One thing that was looked at.
struct checkup_item {
  std::string what; ///< "provider openai"
  checkup_result result = checkup_result::good;
  std::string detail; ///< what was found
  std::string advice; ///< what to do; empty if nothing
};

/// Whether nothing failed.
bool is_healthy(const std::vector<checkup_item>& items) noexcept;

} // namespace spillway::report
