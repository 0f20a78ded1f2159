#pragma once

#include "core/alerts/severity.hpp"
#include "messages/type_ids.hpp"

#include <string>

namespace spillway {

/// Event to the alert sink: something an operator should know. Never holds a secret or a prompt.
struct raise_alert {
  alert_severity severity = alert_severity::warning;
  std::string rule;    ///< what happened: "rate_limited_by_provider"
  std::string subject; ///< to whom: a model, an account, an actor
  std::string text;    ///< for people: what, and what to do
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::raise_alert)
