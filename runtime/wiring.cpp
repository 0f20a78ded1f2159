#include "runtime/wiring.hpp"

#include "actors/alert_sink.hpp"
#include "actors/answer_keeper.hpp"
#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "actors/generation_record.hpp"
#include "actors/journal.hpp"
#include "actors/key_keeper.hpp"
#include "actors/langfuse_batcher.hpp"
#include "actors/limiter.hpp"
#include "actors/provider.hpp"
#include "actors/router.hpp"
#include "actors/trace_memory.hpp"
#include "core/bounds.hpp"
#include "providers/registry.hpp"
#include "runtime/alert_targets.hpp"
#include "runtime/limiter_plan.hpp"
#include "runtime/reloader.hpp"
#include "storage/alert_store.hpp"
#include "storage/journal.hpp"
#include "storage/key_store.hpp"
#include "storage/retention.hpp"
#include "wire/langfuse/otlp.hpp"

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace spillway::runtime {
namespace {

/// A limiter that starts again without memory keeps silent until every minute window has aged out.
constexpr duration silence_without_memory = std::chrono::seconds{61};
/// Calls that may still fill a minute's window: one may have been sent as late as its deadline.
constexpr duration minute_memory = bounds::deadline_max + std::chrono::minutes{2};
/// Rows that may still fill a month's budget. A budget over all time needs all of them.
constexpr duration budget_memory = std::chrono::hours{24 * 32};
/// Likewise of ids of notices: a million a second.
constexpr int notice_id_bits = 20;
/// Request ids of one second of start time: four million a second before they could meet those of
/// a later start.
constexpr int request_id_bits = 22;

/// What every limiter has for neighbours.
struct limiter_surroundings {
  alert_sink_actor alerts;
  journal_actor journal;
  wall_clock wall;
  std::uint64_t seed = 0;
};

/// One model with one key that serves it.
struct planned_target {
  model_id model;
  credential key;
  std::int64_t weight = 1;
  limiter_plan plan;
};

using limiter_name = std::pair<key_id, model_id>;

/// Builds one runtime; holds what its actors share.
class wirer {
public:
  wirer(caf::actor_system& system, wiring_options options)
      : system_{system}, options_{std::make_shared<const wiring_options>(std::move(options))} {}

  result<runtime_actors> wire();

private:
  const config::settings& settings() const { return options_->settings; }
  wall_time now() const { return options_->wall(system_.clock().now()); }
  limiter_surroundings limiter_surroundings_now() const {
    return {out_.alerts, out_.journal, options_->wall, options_->seed};
  }

  wall_time budget_memory_begins() const;
  result<void> spawn_alerts(std::vector<money::restored_posting> spent);
  void prepare_traces();
  result<void> settle_lost_calls();
  result<void> prepare_providers();
  result<void> spawn_core();
  void spawn_keys();
  void spawn_journal();
  trace_spool_actor trace_spool();
  result<void> spawn_traces();
  result<void> spawn_couriers();
  result<void> plan_targets();
  result<void> spawn_targets();
  const config::provider_settings& provider_of(const model_entry& model) const;
  result<limiter_memory> memory_of(const limiter_plan& plan) const;
  result<request_id> first_request_id() const;
  void spawn_answers();
  void spawn_router(request_id first);
  void spawn_supervisor();
  void spawn_reloader();
  void begin_alerts();
  std::function<completion_job_actor(router_self)> job_factory() const;

  caf::actor_system& system_;
  std::shared_ptr<const wiring_options> options_;
  std::shared_ptr<const catalog> models_;
  std::unordered_map<key_id, actors::provider_options> speakers_; ///< one for each key
  /// The bytes of a generation for Langfuse; empty: it is off.
  std::function<std::string(const report::generation&)> encode_trace_;
  std::vector<planned_target> planned_;
  std::map<limiter_name, limiter_memory> memories_; ///< taken when their limiters are spawned
  runtime_actors out_;
};

transport::http_endpoint endpoint_of(const config::base_url& url) {
  return {url.tls, url.host, url.port};
}

transport::http_timeouts timeouts_of(const config::upstream_timeouts& t) {
  return {t.connect, t.first_byte, t.idle, t.total};
}

duration memory_for(const rate::limits& l) {
  return l.requests_per_day || l.tokens_per_day ? storage::window_memory : minute_memory;
}

limiter_actor spawn_limiter(caf::actor_system& system, const limiter_surroundings& around,
                            const limiter_plan& plan, limiter_memory memory) {
  actors::limiter_options l;
  l.model = plan.name;
  l.limits = plan.limits;
  l.lanes = plan.lanes;
  l.seed = around.seed;
  l.wall = around.wall;
  l.restored = std::move(memory.leases);
  l.lessons = std::move(memory.lessons);
  l.quiet_for = memory.complete ? duration{} : silence_without_memory;
  l.alerts = around.alerts;
  l.journal = around.journal;
  l.key = plan.key;
  l.journal_model = plan.journal_model;
  return system.spawn(actors::limiter, std::move(l));
}

result<void> wirer::prepare_providers() {
  for (const config::provider_settings& p : settings().providers) {
    auto http = options_->make_http({p.ca_file, p.connections_max});
    if (!http)
      return error{"provider '" + p.id.value + "': " + http.failure().message};
    for (const config::key_settings& k : p.keys) {
      const auto key = options_->secrets.api_keys.find(k.id(p.id));
      auto codec = providers::make_codec(
          p.dialect, p.url.path, key == options_->secrets.api_keys.end() ? secret{} : key->second);
      if (!codec)
        return error{"provider '" + p.id.value + "': " + codec.failure().message};
      speakers_.emplace(k.id(p.id),
                        actors::provider_options{p.id, *codec, *http, endpoint_of(p.url),
                                                 timeouts_of(p.timeouts), options_->wall});
    }
  }
  return {};
}

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
    const model_entry* model = models_->find(call.model);
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

/// Every model with every key that serves it, and what their limiters must still count: read here,
/// before the file is the journal's alone.
result<void> wirer::plan_targets() {
  for (const model_entry& model : models_->models()) {
    if (!is_called(model.can.kind))
      continue;
    const config::provider_settings& p = provider_of(model);
    for (const config::key_settings& k : p.keys) {
      const credential key{k.id(p.id), k.tier.empty() ? p.tier : k.tier};
      if (model.limits_of(key.tier) == nullptr)
        continue;
      planned_target target{model.id, key, k.weight, plan_limiter(*models_, model, key)};
      const limiter_name name{target.plan.key, target.plan.name};
      if (memories_.count(name) == 0) {
        auto memory = memory_of(target.plan);
        if (!memory)
          return memory.failure();
        memories_.emplace(name, std::move(*memory));
      }
      planned_.push_back(std::move(target));
    }
  }
  return {};
}

result<void> wirer::spawn_targets() {
  std::unordered_map<key_id, provider_actor> speakers;
  for (const auto& [id, options] : speakers_)
    speakers.emplace(id, system_.spawn(actors::provider, options));
  std::map<limiter_name, limiter_actor> limiters;
  for (const planned_target& t : planned_) {
    const limiter_name name{t.plan.key, t.plan.name};
    limiter_actor& limiter = limiters[name];
    if (!limiter)
      limiter = spawn_limiter(system_, limiter_surroundings_now(), t.plan,
                              std::move(memories_.at(name)));
    out_.targets.push_back({t.model,
                            t.key.id,
                            {t.plan.key, limiter, speakers.at(t.key.id),
                             static_cast<limiter_lane>(t.plan.lane), t.key.id, t.weight},
                            t.plan.journal_model,
                            t.key.tier});
  }
  return {};
}

const config::provider_settings& wirer::provider_of(const model_entry& model) const {
  const auto it =
      std::ranges::find(settings().providers, model.provider, &config::provider_settings::id);
  SPILLWAY_ASSERT(it != settings().providers.end());
  return *it;
}

result<limiter_memory> wirer::memory_of(const limiter_plan& plan) const {
  limiter_memory memory{{}, {}, true};
  if (!options_->journal)
    return memory;
  auto rows = options_->journal->leases_since(plan.key, plan.journal_model,
                                              now() - memory_for(plan.limits), now());
  if (!rows)
    return rows.failure();
  auto lessons = options_->journal->lessons_of(plan.key, plan.journal_model);
  if (!lessons)
    return lessons.failure();
  memory.leases = std::move(*rows);
  memory.lessons = std::move(*lessons);
  return memory;
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
  job.policy = settings().routing.fallback;
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
  constexpr std::size_t mib = 1024 * 1024;
  const config::cache_settings& c = settings().cache;
  if (c.mib_max == 0)
    return;
  out_.answers = system_.spawn(
      actors::answer_keeper, actors::answer_keeper_options{{c.mib_max * mib, c.keep_for},
                                                           c.shared,
                                                           out_.traces,
                                                           options_->wall,
                                                           options_->seed});
}

void wirer::spawn_router(request_id first) {
  actors::router_options router;
  router.models = models_;
  router.routes = settings().routing.routes;
  router.default_route = settings().routing.default_route;
  router.deadline_default = settings().routing.deadline;
  router.selection = settings().routing.selection;
  router.worth = settings().routing.worth;
  router.context_strategy = settings().routing.context_strategy;
  router.seed = options_->seed;
  for (const supervised_target& t : out_.targets)
    router.targets[t.model].push_back(t.target);
  router.spawn_job = job_factory();
  router.alerts = out_.alerts;
  router.budget = out_.budget;
  router.policy = settings().routing.fallback;
  router.wall = options_->wall;
  router.first_id = first;
  router.answers = out_.answers;
  router.answers_by_default = settings().cache.by_default;
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
  s.models = models_;
  s.spawn_limiter = [&system = system_, around = limiter_surroundings_now()](
                        const supervised_target& t, const catalog& models, limiter_memory memory) {
    const limiter_plan plan = plan_limiter(models, *models.find(t.model), {t.credential, t.tier});
    return spawn_limiter(system, around, plan, std::move(memory));
  };
  s.spawn_provider = [&system = system_, speakers = speakers_](const key_id& credential) {
    return provider_actor{system.spawn(actors::provider, speakers.at(credential))};
  };
  s.on_give_up = options_->on_give_up;
  out_.supervisor = system_.spawn(supervisor, std::move(s));
}

void wirer::spawn_reloader() {
  if (!options_->reread)
    return;
  reloader_options r{settings(), options_->reread, {}, out_.router, out_.budget, out_.supervisor};
  for (const planned_target& t : planned_)
    r.wired.push_back(t.model);
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
  models_ = std::make_shared<const catalog>(settings().models);
  if (auto ready = prepare_providers(); !ready)
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
