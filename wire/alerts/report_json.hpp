#pragma once

#include "core/alerts/delivery.hpp"
#include "core/alerts/memory.hpp"

#include <span>
#include <string>

/// What the command line says of alerts, for programs.
namespace spillway::wire {

/// {"targets":[{"name","kind","delivered","http_status","detail"}]}; http_status is null without an
/// answer.
std::string encode_alert_trials(std::span<const alerts::delivery_trial> trials);

/// {"incidents":[{"rule","subject","period","severity","text","since","last","told_at"}],
/// "undelivered":[{"id","rule","subject","at","targets":[..]}]}; what is closed is left out.
std::string encode_alert_memory(const alerts::memory& m);

} // namespace spillway::wire
