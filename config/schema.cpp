#include "config/schema.hpp"

namespace spillway::config {

const char* to_string(activation a) noexcept {
  switch (a) {
    case activation::off: return "off";
    case activation::on: return "on";
    case activation::automatic: return "auto";
  }
  return "?";
}

const char* to_string(log_level level) noexcept {
  switch (level) {
    case log_level::trace: return "trace";
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
    case log_level::off: return "off";
  }
  return "?";
}

const char* to_string(alert_target_kind kind) noexcept {
  switch (kind) {
    case alert_target_kind::webhook: return "webhook";
    case alert_target_kind::slack: return "slack";
    case alert_target_kind::pagerduty: return "pagerduty";
    case alert_target_kind::langfuse: return "langfuse";
  }
  return "?";
}

} // namespace spillway::config
