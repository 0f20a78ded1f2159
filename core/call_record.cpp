#include "core/call_record.hpp"

namespace spillway {

const char* to_string(call_outcome outcome) noexcept {
  switch (outcome) {
    case call_outcome::settled: return "settled";
    case call_outcome::not_sent: return "not_sent";
    case call_outcome::rejected: return "rejected";
    case call_outcome::unknown: return "unknown";
  }
  return "?";
}

} // namespace spillway
