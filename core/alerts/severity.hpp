#pragma once

namespace spillway {

/// How soon somebody should look at an alert.
enum class alert_severity {
  notice,   ///< when there is time
  warning,  ///< today
  critical, ///< now
};

const char* to_string(alert_severity severity) noexcept;

} // namespace spillway
