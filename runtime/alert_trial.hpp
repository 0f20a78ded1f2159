#pragma once

#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/alerts/delivery.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

namespace spillway::runtime {

/// Sends a test notice to each alert target, or to the one named `only`, and waits for what they
/// say: once, all at the same time, for 15 s at most. PagerDuty is told at once that it is over.
/// Needs no running runtime. Not for actors or I/O threads.
/// Errors: no target of this name; an unusable CA file.
result<std::vector<alerts::delivery_trial>> try_alert_targets(const config::settings& settings,
                                                              const config::secrets& secrets,
                                                              const std::string& only);

} // namespace spillway::runtime
