#pragma once

#include "core/report/usage_report.hpp"
#include "core/tokens/prompt_counter.hpp"
#include "messages/permit.hpp"
#include "messages/spend.hpp"
#include "messages/trace.hpp"
#include "messages/type_ids.hpp"

#include <vector>

namespace spillway {

/// Command to the router: what has been done, and what is going on?
struct get_router_status {};

struct router_status {
  report::usage_report usage;
  std::size_t in_flight = 0; ///< requests accepted and not answered
  std::vector<tokens::calibration_row> calibrations{}; ///< how prompt estimates have fared
};

/// Command to the router: accept nothing more, and answer when every request has been answered,
/// or after `patience`, when what is left is cancelled.
struct drain_requests {
  duration patience{};
};

struct drain_reply {
  std::size_t cancelled = 0; ///< requests that had to be cut
};

} // namespace spillway

SPILLWAY_MESSAGE(spillway::get_router_status)
SPILLWAY_MESSAGE(spillway::router_status)
SPILLWAY_MESSAGE(spillway::drain_requests)
SPILLWAY_MESSAGE(spillway::drain_reply)
