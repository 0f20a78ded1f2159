#pragma once

#include "transport/http_server.hpp"
#include "wire/http_message.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace spillway::gateway {

/// Gives names to replies that no completion stands behind: refusals before the router, lists,
/// answers about requests. Each once, from any thread.
class reply_names {
public:
  /// `first`: from where to count, which should differ from start to start, as the time does.
  explicit reply_names(std::uint64_t first) : next_{first} {}
  std::string next();

private:
  std::atomic<std::uint64_t> next_;
};

/// Adds the headers that name a reply, unless it has a name.
void name_reply(wire::http_headers& headers, reply_names& names);

/// Every reply that goes through it has a name: who complains can say of what.
transport::http_responder with_name(std::shared_ptr<reply_names> names,
                                    transport::http_responder reply);

} // namespace spillway::gateway
