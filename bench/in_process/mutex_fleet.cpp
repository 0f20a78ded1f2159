#include "bench/in_process/mutex_fleet.hpp"

#include "core/rate/admission.hpp"
#include "core/report/usage_report.hpp"

#include <atomic>
#include <mutex>

namespace bench {

using namespace spillway;

struct mutex_fleet::state {
  workload work = make_workload();
  std::mutex budget_mutex;
  money::ledger ledger{work.budgets, "UTC"};
  std::mutex limiter_mutex;
  rate::admission desk{work.models->models().front().limits};
  std::mutex report_mutex;
  report::usage_report report;
  std::atomic<std::uint64_t> next_id = 1;
};

mutex_fleet::mutex_fleet() : state_{std::make_unique<state>()} {
}
mutex_fleet::~mutex_fleet() = default;

bool mutex_fleet::complete() {
  state& s = *state_;
  const std::uint64_t id = s.next_id++;
  const auto now = [] {
    return instant{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  };
  const auto selected =
      routing::select_candidates(*s.work.models, s.work.route, *s.work.chat, {}, now().wall);
  const routing::candidate& c = selected.candidates.front();
  const std::vector<money::scope_value> scopes{{"key", "fake/default"}, {"team", "red"}};
  {
    const std::lock_guard lock{s.budget_mutex};
    if (!s.ledger.reserve({id}, scopes, c.worst_cost, now().wall).reserved)
      return false;
  }
  {
    const std::lock_guard lock{s.limiter_mutex};
    if (s.desk.acquire({id}, {c.charge}, now()).outcome != rate::verdict::granted)
      return false;
  }
  const instant sent = now();
  const token_usage& usage = s.work.answer->usage;
  const auto cost = money::cost_of(usage, c.model->pricing, sent.wall);
  {
    const std::lock_guard lock{s.limiter_mutex};
    s.desk.mark_sent({id}, sent);
    s.desk.prove_arrival({id}, sent);
    s.desk.settle({id}, routing::settled_charge(*c.model, c.charge, usage), now());
  }
  {
    const std::lock_guard lock{s.budget_mutex};
    s.ledger.settle({id}, cost->total);
  }
  const std::lock_guard lock{s.report_mutex};
  s.report.record({completion_status::answered,
                   {{c.model->id, {}, usage, cost->total}},
                   c.model->id,
                   c.model->id,
                   {}});
  return true;
}

} // namespace bench
