#pragma once

#include "core/alerts/delivery.hpp"
#include "core/alerts/memory.hpp"
#include "core/alerts/rule_engine.hpp"
#include "core/alerts/severity.hpp"
#include "core/money/ledger.hpp"
#include "messages/type_ids.hpp"

#include <string>
#include <vector>

namespace spillway {

/// Event to the alert sink: something an operator should know. Never holds a secret or a prompt.
struct raise_alert {
  alert_severity severity = alert_severity::warning;
  std::string rule;    ///< what happened: "rate_limited_by_provider"
  std::string subject; ///< to whom: a model, an account, an actor
  std::string text;    ///< for people: what, and what to do
};

/// Event to the alert sink: what was raised under this rule and subject is over. Nothing happens
/// if nothing was.
struct end_alert {
  std::string rule;
  std::string subject;
};

/// Event to the alert sink: an upstream call has ended.
struct call_ended {
  alerts::call_sample call;
};

/// Event to the alert sink: an account reached a level, or refused its first call.
struct threshold_crossed {
  money::level_crossing crossing;
};

/// Command to the alert sink: what is wrong now, and what do targets still have to hear?
struct get_alert_status {};

/// Command to the alert sink: answered when every target has what it should have, or after
/// `patience`.
struct flush_alerts {
  duration patience{};
};

struct alert_status {
  std::vector<alerts::incident> open; ///< in order of rule and subject
  std::size_t undelivered = 0;        ///< notices times targets
};

/// Command to a courier: bring this to your target. Answered when it is there or never will be.
struct deliver_notice {
  alerts::numbered_notice notice;
};

struct delivery_reply {
  alerts::delivery_end how = alerts::delivery_end::delivered;
  std::string detail; ///< for people: why not, and what to do; with "delivered" the HTTP status
};

/// Event to the journal: remember this.
struct record_alerts {
  alerts::memory_change change;
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::raise_alert)
SPILLWAY_MESSAGE(spillway::end_alert)
SPILLWAY_MESSAGE(spillway::call_ended)
SPILLWAY_MESSAGE(spillway::threshold_crossed)
SPILLWAY_MESSAGE(spillway::get_alert_status)
SPILLWAY_MESSAGE(spillway::flush_alerts)
SPILLWAY_MESSAGE(spillway::alert_status)
SPILLWAY_MESSAGE(spillway::deliver_notice)
SPILLWAY_MESSAGE(spillway::delivery_reply)
SPILLWAY_MESSAGE(spillway::record_alerts)
