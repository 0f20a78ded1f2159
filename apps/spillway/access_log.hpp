#pragma once

#include "core/instant.hpp"
#include "transport/http_server.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace spillway::apps {

/// Where the lines go.
struct access_log {
  explicit access_log(std::function<void(const std::string&)> to) : write{std::move(to)} {}

  std::function<void(const std::string&)> write; ///< on whatever thread ends a reply; must not wait
  std::atomic<bool> is_on = false; ///< may change at any time, for replies that come after
};

/// `handler`, and a line of JSON for each request once its reply is there: of a streamed one when
/// it has ended.
transport::http_handler with_access_log(transport::http_handler handler, wall_clock wall,
                                        std::shared_ptr<const access_log> log);

} // namespace spillway::apps
