#pragma once

#include "messages/handles.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace spillway::tests {

/// What an alert sink was told: a neighbour for those who tell. Outlives the actor.
struct alert_record {
  std::vector<raise_alert> raised;
  std::vector<end_alert> ended;
  std::vector<call_ended> calls;
  std::vector<threshold_crossed> crossings;

  alert_sink_actor spawn_in(caf::actor_system& system) {
    return system.spawn([this]() -> alert_sink_actor::behavior_type {
      return {[this](const raise_alert& m) { raised.push_back(m); },
              [this](const end_alert& m) { ended.push_back(m); },
              [this](const call_ended& m) { calls.push_back(m); },
              [this](const threshold_crossed& m) { crossings.push_back(m); },
              [](get_alert_status) { return alert_status{}; },
              [](const flush_alerts&) { return alert_status{}; }};
    });
  }
};

} // namespace spillway::tests
