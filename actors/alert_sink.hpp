#pragma once

#include "messages/handles.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace spillway::actors {

/// Where alerts end up: a log, a test's list. Called by the sink alone, one at a time.
using alert_receiver = std::function<void(const raise_alert&)>;

/// Hands every alert to the receiver that the runtime was given.
alert_sink_actor::behavior_type alert_sink(alert_sink_actor::pointer self, alert_receiver receiver);

} // namespace spillway::actors
