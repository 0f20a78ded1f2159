#pragma once

#include "core/alerts/delivery.hpp"
#include "core/secret.hpp"
#include "wire/http_message.hpp"

#include <string>

namespace spillway::wire {

/// The body of an event of PagerDuty's Events API v2: it triggers, or resolves what has the same
/// dedup_key. A summary is cut to the 1,024 characters that PagerDuty takes.
/// Source: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ (2026-11-24).
std::string pagerduty_body(const alerts::notice& n, const secret& routing_key,
                           const std::string& source);

/// A POST to `target`: "/v2/enqueue".
http_request encode_pagerduty(const alerts::notice& n, const std::string& target,
                              const secret& routing_key, const std::string& source);

} // namespace spillway::wire
