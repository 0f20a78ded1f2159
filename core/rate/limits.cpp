#include "core/rate/limits.hpp"

namespace spillway::rate {

const char* to_string(dimension d) noexcept {
  switch (d) {
    case dimension::requests_per_minute: return "requests_per_minute";
    case dimension::tokens_per_minute: return "tokens_per_minute";
    case dimension::requests_per_day: return "requests_per_day";
    case dimension::concurrent_requests: return "concurrent_requests";
  }
  return "?";
}

} // namespace spillway::rate
