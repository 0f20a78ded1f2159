#include "runtime/wiring.hpp"

#include "actors/alert_sink.hpp"
#include "actors/answer_keeper.hpp"
#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "actors/generation_record.hpp"
#include "actors/journal.hpp"
#include "actors/key_keeper.hpp"
#include "actors/langfuse_batcher.hpp"
#include "actors/router.hpp"
#include "actors/trace_memory.hpp"
#include "core/bounds.hpp"
#include "runtime/actor_settings.hpp"
#include "runtime/alert_targets.hpp"
#include "runtime/reloader.hpp"
#include "runtime/target_wiring.hpp"
#include "storage/alert_store.hpp"
#include "storage/journal.hpp"
#include "storage/key_store.hpp"
#include "wire/langfuse/otlp.hpp"

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace spillway::runtime {
namespace {

/// Rows that may still fill a month's budget. A budget over all time needs all of them.
constexpr duration budget_memory = std::chrono::hours{24 * 32};
/// Likewise of ids of notices: a million a second.
constexpr int notice_id_bits = 20;
/// Request ids of one second of start time: four million a second before they could meet those of
/// a later start.
constexpr int request_id_bits = 22;

/// Builds one runtime; holds what its actors share.
class wirer {
public:
  wirer(caf::actor_system& system, wiring_options options)
      : system_{system},
        options_{std::make_shared<const wiring_options>(std::move(options))},
        rules_{routing_rules_of(options_->settings)},
        targets_{options_, rules_.models} {}

  result<runtime_actors> wire();

private:
  const config::settings& settings() const { return options_->settings; }
  wall_time now() const { return options_->wall(system_.clock().now()); }

  wall_time budget_memory_begins() const;
  result<void> spawn_alerts(std::vector<money::restored_posting> spent);
  void prepare_traces();
  result<void> settle_lost_calls();
  result<void> spawn_core();
  void spawn_keys();
  void spawn_journal();
  trace_spool_actor trace_spool();
  result<void> spawn_traces();
  result<void> spawn_couriers();
  result<void> plan_targets();
  result<void> spawn_targets();
  limiter_surroundings limiter_neighbours() const;
  result<request_id> first_request_id() const;
  void spawn_answers();
  void spawn_router(request_id first);
  void spawn_supervisor();
  void spawn_reloader();
  void begin_alerts();
  std::function<completion_job_actor(router_self)> job_factory() const;

  caf::actor_system& system_;
  std::shared_ptr<const wiring_options> options_;
  routing::rules rules_;
  target_wiring targets_;
  /// The bytes of a generation for Langfuse; empty: it is off.
  std::function<std::string(const report::generation&)> encode_trace_;
  runtime_actors out_;
};

wall_time wirer::budget_memory_begins() const {
  const auto lasts = [](const money::budget_rule& r) { return r.per == money::period::total; };
  return std::ranges::any_of(settings().budget.rules, lasts) ? wall_time{} : now() - budget_memory;
}

result<void> wirer::spawn_alerts(std::vector<money::restored_posting> spent) {
  actors::alert_sink_options alerts;
  alerts.rules = settings().alerts.rules;
  alerts.receiver = options_->on_alert;
  alerts.wall = options_->wall;
  const auto seconds = static_cast<std::uint64_t>(to_unix_nanos(now()) / 1'000'000'000);
  alerts.first_notice = seconds << notice_id_bits;
  alerts.spent = std::move(spent);
  if (options_->alert_store) {
    auto memory = options_->alert_store->load();
    if (!memory)
      return memory.failure();
    alerts.memory = std::move(*memory);
  }
  out_.alerts = system_.spawn(actors::alert_sink, std::move(alerts));
  return {};
}

void wirer::prepare_traces() {
  if (!options_->secrets.langfuse)
    return;
  const config::langfuse_settings& l = settings().langfuse;
  encode_trace_ = [resource = wire::langfuse::trace_resource{"spillway", l.environment, l.release,
                                                             l.capture_input, l.capture_output}](
                      const report::generation& g) {
    return wire::langfuse::encode_trace(g, resource);
  };
}

/// Calls that the last run left open when it died: nobody knows what became of them, so they keep
/// their maximum, and Langfuse hears of them.
result<void> wirer::settle_lost_calls() {
  const auto lost = options_->journal->unsettled_calls();
  if (!lost)
    return lost.failure();
  storage::journal_batch batch;
  for (const call_intent& call : *lost) {
    call_settlement s{call.lease, call_outcome::unknown, call.charged, {}, call.reserved_max, now(),
                      now()};
    s.usage.estimated = true;
    batch.settlements.push_back(s);
    const model_entry* model = rules_.models->find(call.model);
    const provider_id provider = model != nullptr ? model->provider : provider_id{};
    if (encode_trace_)
      batch.traces.push_back(encode_trace_(*actors::make_lost_generation(call, provider, now())));
  }
  return options_->journal->commit(batch, now());
}

result<void> wirer::spawn_core() {
  actors::budget_options budget;
  budget.rules = settings().budget.rules;
  budget.zone = settings().budget.zone;
  budget.wall = options_->wall;
  budget.alert_levels = settings().alerts.budget_levels;
  if (options_->journal) {
    if (auto settled = settle_lost_calls(); !settled)
      return settled;
    budget.restored_since = budget_memory_begins();
    auto postings = options_->journal->postings_since(*budget.restored_since);
    if (!postings)
      return postings.failure();
    budget.restored = std::move(*postings);
  }
  if (auto spawned = spawn_alerts(budget.restored); !spawned)
    return spawned;
  budget.alerts = out_.alerts;
  out_.budget = system_.spawn(actors::budget, std::move(budget));
  spawn_keys();
  return {};
}

void wirer::spawn_keys() {
  if (!options_->key_store)
    return;
  actors::key_keeper_options keys{options_->key_store, out_.budget, options_->wall};
  out_.keys = options_->journal_detached
                  ? system_.spawn<caf::detached>(actors::key_keeper, std::move(keys))
                  : system_.spawn(actors::key_keeper, std::move(keys));
}

void wirer::spawn_journal() {
  if (!options_->journal)
    return;
  actors::journal_options j;
  j.file = options_->journal;
  j.alert_file = options_->alert_store;
  j.alerts = out_.alerts;
  j.wall = options_->wall;
  j.encode_trace = encode_trace_;
  j.keep = settings().journal.keep;
  j.zone = settings().budget.zone;
  out_.journal = options_->journal_detached ? system_.spawn<caf::detached>(actors::journal, j)
                                            : system_.spawn(actors::journal, j);
}

/// Who keeps traces until they are delivered.
trace_spool_actor wirer::trace_spool() {
  if (out_.journal)
    return out_.journal;
  return out_.spool = system_.spawn(
             actors::trace_memory,
             actors::trace_memory_options{bounds::trace_memory_bytes_max, out_.alerts,
                                          options_->wall, encode_trace_});
}

result<void> wirer::spawn_traces() {
  spawn_journal();
  const config::langfuse_settings& l = settings().langfuse;
  actors::langfuse_batcher_options traces;
  traces.alerts = out_.alerts;
  traces.queue = {l.flush_at, l.flush_interval, l.flush_at, options_->seed};
  if (const auto& keys = options_->secrets.langfuse) {
    auto http = options_->make_http({{}, 2});
    if (!http)
      return error{"langfuse: " + http.failure().message};
    traces.http = *http;
    const langfuse_access access = langfuse_access_of(l, *keys);
    traces.endpoint = access.endpoint;
    traces.target = access.target;
    traces.headers = access.headers;
    traces.join = wire::langfuse::join_traces;
    traces.shorten = wire::langfuse::without_texts;
    traces.spool = trace_spool();
  }
  out_.traces = system_.spawn(actors::langfuse_batcher, std::move(traces));
  return {};
}

result<void> wirer::spawn_couriers() {
  for (const config::alert_target_settings& t : settings().alerts.targets) {
    auto courier = courier_for(t, settings(), options_->secrets, options_->make_http);
    if (!courier)
      return courier.failure();
    courier->alerts = out_.alerts;
    courier->wall = options_->wall;
    courier->seed = options_->seed + out_.alert_targets.size();
    out_.alert_targets.push_back(
        {t.name, t.least, system_.spawn(actors::alert_courier, std::move(*courier))});
  }
  return {};
}

result<void> wirer::plan_targets() {
  return targets_.plan(now());
}

limiter_surroundings wirer::limiter_neighbours() const {
  return {out_.alerts, out_.journal, options_->wall, options_->seed};
}

result<void> wirer::spawn_targets() {
  out_.targets = targets_.spawn(system_, limiter_neighbours());
  return {};
}

result<request_id> wirer::first_request_id() const {
  const auto seconds = static_cast<std::uint64_t>(to_unix_nanos(now()) / 1'000'000'000);
  request_id first{seconds << request_id_bits};
  if (!options_->journal)
    return first;
  const auto highest = options_->journal->highest_request_id();
  if (!highest)
    return highest.failure();
  return request_id{std::max(first.value, *highest + 1)};
}

std::function<completion_job_actor(router_self)> wirer::job_factory() const {
  actors::completion_job_options job;
  job.budget = out_.budget;
  job.traces = out_.traces;
  job.alerts = out_.alerts;
  job.journal = out_.journal;
  job.wall = options_->wall;
  job.seed = options_->seed;
  job.traced = static_cast<bool>(encode_trace_);
  return [&system = system_, job](router_self router) {
    actors::completion_job_options mine = job;
    mine.router = std::move(router);
    return completion_job_actor{system.spawn(actors::completion_job, std::move(mine))};
  };
}

void wirer::spawn_answers() {
  out_.answers =
      system_.spawn(actors::answer_keeper,
                    actors::answer_keeper_options{keeping_policy_of(settings().cache), out_.traces,
                                                  options_->wall, options_->seed});
}

void wirer::spawn_router(request_id first) {
  actors::router_options router;
  router.rules = rules_;
  router.seed = options_->seed;
  for (const supervised_target& t : out_.targets)
    router.targets[t.model].push_back(t.target);
  router.spawn_job = job_factory();
  router.alerts = out_.alerts;
  router.budget = out_.budget;
  router.wall = options_->wall;
  router.first_id = first;
  router.answers = out_.answers;
  out_.router = system_.spawn(actors::router, std::move(router));
}

void wirer::spawn_supervisor() {
  supervisor_options s;
  s.router = out_.router;
  s.budget = out_.budget;
  s.journal = out_.journal;
  s.alerts = out_.alerts;
  s.wall = options_->wall;
  s.targets = out_.targets;
  s.models = rules_.models;
  s.spawn_limiter = targets_.limiter_spawner(system_, limiter_neighbours());
  s.spawn_provider = targets_.provider_spawner(system_);
  s.on_give_up = options_->on_give_up;
  out_.supervisor = system_.spawn(supervisor, std::move(s));
}

void wirer::spawn_reloader() {
  if (!options_->reread)
    return;
  reloader_options r{settings(), options_->reread, targets_.models(),
                     out_.router, out_.budget, out_.answers, out_.supervisor,
                     options_->wall};
  out_.reloader = system_.spawn<caf::detached>(reloader, std::move(r));
}

void wirer::begin_alerts() {
  caf::anon_send(out_.alerts,
                 watch_runtime{out_.budget, out_.traces, out_.journal, out_.alert_targets});
}

result<runtime_actors> wirer::wire() {
  if (settings().models.empty())
    return error{
        "no model is usable: set the key of a provider in the environment (OPENAI_API_KEY, "
        "GEMINI_API_KEY) or add one to the configuration"};
  if (auto ready = targets_.prepare(); !ready)
    return ready.failure();
  const auto first = first_request_id();
  if (!first)
    return first.failure();
  prepare_traces();
  for (const auto step : {&wirer::spawn_core, &wirer::plan_targets, &wirer::spawn_traces,
                          &wirer::spawn_targets, &wirer::spawn_couriers}) {
    if (auto done = (this->*step)(); !done) {
      stop_actors(system_, out_);
      return done.failure();
    }
  }
  spawn_answers();
  spawn_router(*first);
  spawn_supervisor();
  spawn_reloader();
  begin_alerts();
  return std::move(out_);
}

} // namespace

result<runtime_actors> wire_actors(caf::actor_system& system, wiring_options options) {
  return wirer{system, std::move(options)}.wire();
}

void stop_actors(caf::actor_system& system, const runtime_actors& actors) {
  caf::scoped_actor self{system};
  const auto end = [&](const auto& whom) {
    if (!whom)
      return;
    self->send_exit(whom, caf::exit_reason::user_shutdown);
    self->wait_for(whom);
  };
  end(actors.supervisor);
  end(actors.reloader);
  end(actors.router);
  end(actors.answers);
  for (const supervised_target& t : actors.targets)
    end(t.target.limiter);
  for (const supervised_target& t : actors.targets)
    end(t.target.provider);
  end(actors.traces);
  end(actors.keys);
  end(actors.budget);
  for (const alert_target& t : actors.alert_targets)
    end(t.courier);
  end(actors.alerts);
  end(actors.journal);
  end(actors.spool);
  // Or this thread would hold the system's logger, whose end the system's own waits for.
  caf::logger::set_current_actor_system(nullptr);
}

} // namespace spillway::runtime
