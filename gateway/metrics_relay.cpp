#include "gateway/metrics_relay.hpp"

#include "wire/prometheus.hpp"

#include <memory>
#include <string>
#include <utility>

namespace spillway::gateway {
namespace {

/// Prometheus gives up after ten seconds unless told otherwise.
constexpr auto scrape_patience = std::chrono::seconds{5};

struct scrape {
  metrics_relay_actor::pointer self;
  transport::http_responder reply;
  metrics told;
  std::size_t awaited = 0;

  void finish() {
    wire::http_response response;
    response.headers.add("Content-Type", std::string{wire::prometheus_text::content_type});
    response.body = encode_metrics(told);
    reply(std::move(response));
    self->quit();
  }

  void one_less() {
    if (--awaited == 0)
      finish();
  }
};

/// Asks `whom`; `keep` stores the answer, and an actor that has gone leaves its part empty.
template <class Reply, class Handle, class Command, class Keep>
void ask(const std::shared_ptr<scrape>& s, const Handle& whom, Command command, Keep keep) {
  ++s->awaited;
  s->self->request(whom, caf::infinite, command)
      .then(
          [s, keep](const Reply& r) {
            keep(s->told, r);
            s->one_less();
          },
          [s](const caf::error&) { s->one_less(); });
}

} // namespace

metrics_relay_actor::behavior_type metrics_relay(metrics_relay_actor::pointer self,
                                                 metrics_sources sources,
                                                 transport::http_responder reply) {
  const auto s = std::make_shared<scrape>(scrape{self, std::move(reply), {}});
  ask<router_status>(s, sources.router, get_router_status{},
                     [](metrics& m, const router_status& r) { m.router = r; });
  for (const limiter_actor& limiter : sources.limiters)
    ask<limiter_status>(s, limiter, get_limiter_status{},
                        [](metrics& m, const limiter_status& r) { m.limiters.push_back(r); });
  ask<budget_status>(s, sources.budget, get_budget_status{},
                     [](metrics& m, const budget_status& r) { m.budget = r; });
  ask<trace_status>(s, sources.traces, get_trace_status{},
                    [](metrics& m, const trace_status& r) { m.traces = r; });
  if (sources.answers)
    ask<answers_status>(s, sources.answers, get_answers_status{},
                        [](metrics& m, const answers_status& r) { m.answers = r; });
  self->delayed_send(self, scrape_patience, scrape_due{});
  return {[s](scrape_due) { s->finish(); }};
}

} // namespace spillway::gateway
