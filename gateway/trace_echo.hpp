#pragma once

#include "transport/http_server.hpp"
#include "wire/http_message.hpp"

namespace spillway::gateway {

/// `reply`, and with it the `traceparent` that the request came with, so that a caller finds the
/// trace of what he got. A header that is none is not repeated.
/// Source: https://www.w3.org/TR/trace-context/ (2026-11).
transport::http_responder echo_trace(const wire::http_headers& request,
                                     transport::http_responder reply);

} // namespace spillway::gateway
