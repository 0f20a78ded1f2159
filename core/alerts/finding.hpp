#pragma once

#include "core/alerts/severity.hpp"
#include "core/units.hpp"

#include <compare>
#include <string>

namespace spillway::alerts {

/// What makes two findings the same one: an operator hears of it once.
struct finding_key {
  std::string rule;    ///< "error_rate"
  std::string subject; ///< to whom: "model gpt-4o", "team search month 2026-11"
  std::string period;  ///< what sets one apart from the next of its kind: "80 %"; often empty
  friend auto operator<=>(const finding_key&, const finding_key&) = default;
};

/// What a rule found. Never holds a secret or a prompt.
struct finding {
  finding_key key;
  alert_severity severity = alert_severity::warning;
  std::string text; ///< for people: what, and what to do
  /// Told once before this moment, however often it begins again; zero: no such bound.
  wall_time once_until{};
};

} // namespace spillway::alerts
