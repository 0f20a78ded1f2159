#include "core/alerts/severity.hpp"

namespace spillway {

const char* to_string(alert_severity severity) noexcept {
  switch (severity) {
    case alert_severity::notice: return "notice";
    case alert_severity::warning: return "warning";
    case alert_severity::critical: return "critical";
  }
  return "?";
}

} // namespace spillway
