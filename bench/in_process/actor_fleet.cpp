#include "bench/in_process/actor_fleet.hpp"

#include "actors/alert_sink.hpp"
#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "actors/journal.hpp"
#include "actors/limiter.hpp"
#include "actors/router.hpp"
#include "runtime/asio_scheduler.hpp"
#include "runtime/system_wall_clock.hpp"
#include "storage/journal.hpp"
#include "transport/io_threads.hpp"
#include "wire/langfuse/otlp.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <future>
#include <stdexcept>

namespace bench {

using namespace spillway;

namespace {

provider_actor::behavior_type memory_provider(provider_actor::pointer self,
                                              std::shared_ptr<const chat_reply> answer) {
  return {
      [self, answer](const call_provider&) {
        provider_reply r;
        r.outcome = answer;
        r.sent_at = r.first_byte_at = r.finished_at = self->clock().now();
        return r;
      },
      [](const cancel_call&) {},
  };
}

langfuse_batcher_actor::behavior_type counting_batcher(langfuse_batcher_actor::pointer) {
  auto count = std::make_shared<std::size_t>(0);
  return {
      [count](const record_generation&) { ++*count; },
      [count](const flush_traces&) {
        return trace_status{0, *count, 0};
      },
      [count](get_trace_status) {
        return trace_status{0, *count, 0};
      },
  };
}

run_completion request_of(const workload& work) {
  run_completion r;
  r.chat = work.chat;
  r.labels.team = "red";
  return r;
}

/// Keeps one request open until its share is done.
void asker(caf::event_based_actor* self, const router_actor& router, const workload& work,
           std::shared_ptr<std::size_t> left, std::promise<void>* done, std::size_t* running) {
  if (*left == 0) {
    if (--*running == 0)
      done->set_value();
    return;
  }
  --*left;
  self->request(router, caf::infinite, request_of(work)).then([=, &work](const completion_reply&) {
    asker(self, router, work, left, done, running);
  });
}

} // namespace

struct actor_fleet::state {
  state(scheduler_kind kind, std::size_t threads, const fleet_journal& durable)
      : io{kind == scheduler_kind::asio ? threads : 1} {
    config.set("scheduler.max-threads", threads);
    if (kind == scheduler_kind::asio)
      spillway::runtime::use_asio_scheduler(config, io.context(), threads);
    else if (kind == scheduler_kind::sharing)
      config.set("scheduler.policy", caf::atom("sharing"));
    system = std::make_unique<caf::actor_system>(config);
    system->await_actors_before_shutdown(false);
    spawn(durable);
    client = std::make_unique<caf::scoped_actor>(*system);
  }

  void spawn_journal(const fleet_journal& durable) {
    auto file = storage::journal::open(durable.path);
    if (!file)
      throw std::runtime_error{file.failure().message};
    actors::journal_options j;
    j.file = std::move(*file);
    j.alerts = sink;
    j.wall = spillway::runtime::system_wall_clock();
    if (durable.traces)
      j.encode_trace = [](const report::generation& g) {
        return wire::langfuse::encode_trace(g, {});
      };
    journal = system->spawn<caf::detached>(actors::journal, std::move(j));
  }

  void spawn(const fleet_journal& durable) {
    actors::alert_sink_options a;
    a.receiver = [](const alerts::notice&) {};
    a.wall = spillway::runtime::system_wall_clock();
    sink = system->spawn(actors::alert_sink, std::move(a));
    actors::budget_options b;
    b.rules = work.budgets;
    b.wall = spillway::runtime::system_wall_clock();
    b.alerts = sink;
    budget = system->spawn(actors::budget, std::move(b));
    traces = system->spawn(counting_batcher);
    if (!durable.path.empty())
      spawn_journal(durable);
    const model_entry& model = work.models->models().front();
    actors::limiter_options l;
    l.model = model.id;
    l.limits = model.limits;
    l.wall = spillway::runtime::system_wall_clock();
    actors::router_options r;
    r.rules.models = work.models;
    r.rules.routes = {work.route};
    r.rules.default_route = work.route.name;
    r.targets[model.id].push_back({{"fake/default"},
                                   system->spawn(actors::limiter, std::move(l)),
                                   system->spawn(memory_provider, work.answer)});
    r.wall = spillway::runtime::system_wall_clock();
    actors::completion_job_options job;
    job.budget = budget;
    job.traces = traces;
    job.alerts = sink;
    job.journal = journal;
    job.wall = spillway::runtime::system_wall_clock();
    r.spawn_job = [this, job](router_self whose) {
      actors::completion_job_options mine = job;
      mine.router = std::move(whose);
      return completion_job_actor{system->spawn(actors::completion_job, std::move(mine))};
    };
    router = system->spawn(actors::router, std::move(r));
  }

  workload work = make_workload();
  transport::io_threads io;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  alert_sink_actor sink;
  budget_actor budget;
  langfuse_batcher_actor traces;
  journal_actor journal;
  router_self router;
  std::unique_ptr<caf::scoped_actor> client;
};

actor_fleet::actor_fleet(scheduler_kind kind, std::size_t threads, const fleet_journal& durable)
    : state_{std::make_unique<state>(kind, threads, durable)} {
}

actor_fleet::~actor_fleet() {
  const auto end = [this](const auto& whom) {
    if (!whom)
      return;
    (*state_->client)->send_exit(whom, caf::exit_reason::user_shutdown);
    (*state_->client)->wait_for(whom);
  };
  end(state_->router);
  end(state_->journal);
}

bool actor_fleet::complete() {
  bool answered = false;
  (*state_->client)
      ->request(state_->router, caf::infinite, request_of(state_->work))
      .receive(
          [&](const completion_reply& r) { answered = r.status == completion_status::answered; },
          [](const caf::error&) {});
  return answered;
}

void actor_fleet::flood(std::size_t total, std::size_t open) {
  // All askers live in one actor, so that what is measured is the runtime and not its callers.
  std::promise<void> done;
  std::size_t running = open;
  auto left = std::make_shared<std::size_t>(total);
  state_->system->spawn([&, left](caf::event_based_actor* self) {
    for (std::size_t i = 0; i < open; ++i)
      asker(self, state_->router, state_->work, left, &done, &running);
  });
  done.get_future().wait();
}

} // namespace bench
