#include "actors/alert_sink.hpp"

namespace spillway::actors {

alert_sink_actor::behavior_type alert_sink(alert_sink_actor::pointer, alert_receiver receiver) {
  return {
      [receiver = std::move(receiver)](const raise_alert& m) { receiver(m); },
  };
}

} // namespace spillway::actors
