#include "runtime/snapshot.hpp"

#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>

namespace spillway::runtime {
namespace {

/// A living actor answers within microseconds; one that does not is stuck, and a report that
/// lacks its part is better than none.
constexpr auto patience = std::chrono::seconds{2};

template <class Reply, class Handle, class Command>
Reply ask(caf::scoped_actor& self, const Handle& whom, Command command) {
  Reply answer{};
  self->request(whom, patience, command)
      .receive([&](Reply& r) { answer = std::move(r); }, [](const caf::error&) {});
  return answer;
}

} // namespace

snapshot take_snapshot(caf::actor_system& system, const runtime_actors& actors) {
  caf::scoped_actor self{system};
  snapshot s;
  s.router = ask<router_status>(self, actors.router, get_router_status{});
  for (const supervised_target& t : actors.targets) {
    s.limiters.push_back(ask<limiter_status>(self, t.target.limiter, get_limiter_status{}));
    // Models of one group share a limiter: each is shown with it.
    s.limiters.back().model = t.model;
  }
  s.budget = ask<budget_status>(self, actors.budget, get_budget_status{});
  s.traces = ask<trace_status>(self, actors.traces, get_trace_status{});
  // Or this thread would hold the system's logger, whose end the system's own waits for.
  caf::logger::set_current_actor_system(nullptr);
  return s;
}

} // namespace spillway::runtime
