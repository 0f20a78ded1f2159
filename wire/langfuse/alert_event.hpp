#pragma once

#include "core/alerts/delivery.hpp"
#include "wire/langfuse/otlp.hpp"

#include <string>

namespace spillway::wire::langfuse {

/// A notice as an export of one event, in a trace of its own, tagged "spillway-alert". The same
/// notice gives the same bytes, so that a resend can be recognised as one.
std::string encode_alert_event(const alerts::numbered_notice& n, const trace_resource& resource,
                               const std::string& source);

} // namespace spillway::wire::langfuse
