#pragma once

#include "gateway/reply_relay.hpp"
#include "messages/deltas.hpp"

#include <cstddef>
#include <memory>

namespace spillway::gateway {

/// Event to a relay: so many bytes of its reply have left for the caller.
struct body_written {
  std::size_t bytes = 0;
};

/// Carries one streamed completion between a connection and the router: the sink of its deltas. One
/// a request. A reply that fails before its first words is an ordinary error with its status; one
/// that breaks off later ends with an error event.
using stream_relay_actor =
    delta_sink_actor::extend<caf::reacts_to<caller_gone>, caf::reacts_to<body_written>>;

/// Asks the router and writes what comes, no faster than the caller reads.
stream_relay_actor::behavior_type stream_relay(stream_relay_actor::pointer self,
                                               reply_relay_options options);

} // namespace spillway::gateway

SPILLWAY_MESSAGE(spillway::gateway::body_written)
