#include "actors/refusal.hpp"

#include <utility>

namespace spillway::actors {
namespace {

/// When to come again after an `overloaded`: about one call's time.
constexpr duration overload_retry_after = std::chrono::seconds{1};

} // namespace

completion_reply refusal(const run_completion& m, completion_status why, std::string reason) {
  completion_reply reply;
  reply.id = m.id;
  reply.status = why;
  reply.reason = std::move(reason);
  if (why == completion_status::overloaded)
    reply.retry_after = overload_retry_after;
  return reply;
}

} // namespace spillway::actors
