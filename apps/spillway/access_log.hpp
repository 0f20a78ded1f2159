#pragma once

#include "core/instant.hpp"
#include "transport/http_server.hpp"

#include <functional>
#include <string>

namespace spillway::apps {

/// `handler`, and a line of JSON to `write` for each request once its reply is there. `write` is
/// called on whatever thread replies, and must not wait.
transport::http_handler with_access_log(transport::http_handler handler, wall_clock wall,
                                        std::function<void(const std::string&)> write);

} // namespace spillway::apps
