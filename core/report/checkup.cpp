#include "core/report/checkup.hpp"

#include <algorithm>

namespace spillway::report {

const char* to_string(checkup_result r) noexcept {
  switch (r) {
    case checkup_result::good: return "good";
    case checkup_result::warning: return "warning";
    case checkup_result::failed: return "failed";
    case checkup_result::skipped: return "skipped";
  }
  return "?";
}

bool is_healthy(const std::vector<checkup_item>& items) noexcept {
  return std::ranges::find(items, checkup_result::failed, &checkup_item::result) == items.end();
}

} // namespace spillway::report
