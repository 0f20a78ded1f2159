#pragma once

#include "core/alerts/delivery.hpp"
#include "wire/http_message.hpp"

namespace spillway::wire {

/// What a target said to a notice: its status decides, the beginning of what it wrote is for the
/// operator.
alerts::delivery_verdict read_delivery_answer(const http_response& answer, wall_time now);

} // namespace spillway::wire
