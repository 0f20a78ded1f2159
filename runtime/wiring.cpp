#include "runtime/wiring.hpp"

#include "actors/budget.hpp"
#include "actors/completion_job.hpp"
#include "actors/journal.hpp"
#include "actors/langfuse_batcher.hpp"
#include "actors/limiter.hpp"
#include "actors/provider.hpp"
#include "actors/router.hpp"
#include "core/bounds.hpp"
#include "providers/registry.hpp"
#include "runtime/limiter_plan.hpp"
#include "storage/journal.hpp"
#include "wire/langfuse/otlp.hpp"

#include <absl/strings/escaping.h>
#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace spillway::runtime {
namespace {

/// A limiter that starts again without memory keeps silent until every minute window has aged out.
constexpr duration silence_without_memory = std::chrono::seconds{61};
/// Rows that may still fill a day's window, whatever the zone.
constexpr duration window_memory = std::chrono::hours{25};
/// Rows that may still fill a month's budget. A budget over all time needs all of them.
constexpr duration budget_memory = std::chrono::hours{24 * 32};
/// Request ids of one second of start time: four million a second before they could meet those of
/// a later start.
constexpr int request_id_bits = 22;

/// Builds one runtime; holds what its actors share.
class wirer {
public:
  wirer(caf::actor_system& system, wiring_options options)
      : system_{system}, options_{std::make_shared<const wiring_options>(std::move(options))} {}

  result<runtime_actors> wire();

private:
  const config::settings& settings() const { return options_->settings; }
  wall_time now() const { return options_->wall(system_.clock().now()); }

  wall_time budget_memory_begins() const;
  result<void> prepare_providers();
  result<void> spawn_core();
  result<void> spawn_traces();
  result<void> spawn_targets();
  const config::provider_settings& provider_of(const model_entry& model) const;
  result<limiter_memory> memory_of(const limiter_plan& plan) const;
  result<request_id> first_request_id() const;
  void spawn_router(request_id first);
  void spawn_supervisor();
  std::function<completion_job_actor(router_self)> job_factory() const;

  caf::actor_system& system_;
  std::shared_ptr<const wiring_options> options_;
  std::shared_ptr<const catalog> models_;
  std::unordered_map<key_id, actors::provider_options> speakers_; ///< one for each key
  runtime_actors out_;
};

transport::http_endpoint endpoint_of(const config::base_url& url) {
  return {url.tls, url.host, url.port};
}

transport::http_timeouts timeouts_of(const config::upstream_timeouts& t) {
  return {t.connect, t.first_byte, t.idle, t.total};
}

limiter_actor spawn_limiter(caf::actor_system& system, const wiring_options& options,
                            const limiter_plan& plan, alert_sink_actor alerts,
                            limiter_memory memory) {
  actors::limiter_options l;
  l.model = plan.name;
  l.limits = plan.limits;
  l.lanes = plan.lanes;
  l.seed = options.seed;
  l.wall = options.wall;
  l.restored = std::move(memory.leases);
  l.quiet_for = memory.complete ? duration{} : silence_without_memory;
  l.alerts = std::move(alerts);
  return system.spawn(actors::limiter, std::move(l));
}

result<void> wirer::prepare_providers() {
  for (const config::provider_settings& p : settings().providers) {
    auto http = options_->make_http(p.ca_file, p.connections_max);
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

result<void> wirer::spawn_core() {
  out_.alerts = system_.spawn(actors::alert_sink, options_->on_alert);
  actors::budget_options budget;
  budget.rules = settings().budget.rules;
  budget.zone = settings().budget.zone;
  budget.wall = options_->wall;
  budget.alerts = out_.alerts;
  if (options_->journal) {
    if (auto marked = options_->journal->mark_unsettled_unknown(now()); !marked)
      return marked.failure();
    budget.restored_since = budget_memory_begins();
    auto postings = options_->journal->postings_since(*budget.restored_since);
    if (!postings)
      return postings.failure();
    budget.restored = std::move(*postings);
  }
  out_.budget = system_.spawn(actors::budget, std::move(budget));
  return {};
}

result<void> wirer::spawn_traces() {
  const config::langfuse_settings& l = settings().langfuse;
  actors::langfuse_batcher_options traces;
  traces.alerts = out_.alerts;
  traces.queue = {l.flush_at, l.flush_interval, l.flush_at, options_->seed};
  if (const auto& keys = options_->secrets.langfuse) {
    auto http = options_->make_http({}, 2);
    if (!http)
      return error{"langfuse: " + http.failure().message};
    traces.http = *http;
    traces.endpoint = endpoint_of(l.url);
    traces.target = l.url.path + "/api/public/otel/v1/traces";
    const std::string credentials = keys->public_key + ":" + keys->secret_key.reveal();
    traces.headers.add("Authorization", "Basic " + absl::Base64Escape(credentials));
    traces.headers.add("Content-Type", "application/json");
    // Without it, rows may appear ten minutes late. Source: langfuse v4.16.0,
    // worker/src/queues/otelIngestionQueue.ts (2026-08-22).
    traces.headers.add("x-langfuse-ingestion-version", "4");
    traces.headers.add("x-langfuse-sdk-name", "spillway");
    traces.encode = [resource = wire::langfuse::trace_resource{"spillway", l.environment, l.release,
                                                               l.capture_input, l.capture_output}](
                        std::span<const report::trace_queue::item> batch) {
      return wire::langfuse::encode_otlp(batch, resource);
    };
  }
  out_.traces = system_.spawn(actors::langfuse_batcher, std::move(traces));
  return {};
}

result<void> wirer::spawn_targets() {
  std::unordered_map<key_id, provider_actor> speakers;
  for (const auto& [id, options] : speakers_)
    speakers.emplace(id, system_.spawn(actors::provider, options));
  std::map<std::pair<std::string, std::string>, limiter_actor> limiters;
  for (const model_entry& model : models_->models()) {
    if (!is_called(model.can.kind))
      continue;
    const config::provider_settings& p = provider_of(model);
    for (const config::key_settings& k : p.keys) {
      const credential key{k.id(p.id), k.tier.empty() ? p.tier : k.tier};
      if (model.limits_of(key.tier) == nullptr)
        continue;
      const limiter_plan plan = plan_limiter(*models_, model, key);
      limiter_actor& limiter = limiters[{plan.key.value, plan.name.value}];
      if (!limiter) {
        auto memory = memory_of(plan);
        if (!memory)
          return memory.failure();
        limiter = spawn_limiter(system_, *options_, plan, out_.alerts, std::move(*memory));
      }
      out_.targets.push_back({model.id,
                              key.id,
                              {plan.key, limiter, speakers.at(key.id),
                               static_cast<limiter_lane>(plan.lane), key.id, k.weight},
                              plan.journal_model,
                              key.tier});
    }
  }
  return {};
}

const config::provider_settings& wirer::provider_of(const model_entry& model) const {
  const auto it = std::ranges::find(settings().providers, model.provider,
                                    &config::provider_settings::id);
  SPILLWAY_ASSERT(it != settings().providers.end());
  return *it;
}

result<limiter_memory> wirer::memory_of(const limiter_plan& plan) const {
  limiter_memory memory{{}, true};
  if (!options_->journal)
    return memory;
  auto rows = options_->journal->leases_since(plan.key, plan.journal_model, now() - window_memory);
  if (!rows)
    return rows.failure();
  memory.leases = std::move(*rows);
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
  return [&system = system_, job](router_self router) {
    actors::completion_job_options mine = job;
    mine.router = std::move(router);
    return completion_job_actor{system.spawn(actors::completion_job, std::move(mine))};
  };
}

void wirer::spawn_router(request_id first) {
  actors::router_options router;
  router.models = models_;
  router.routes = settings().routing.routes;
  router.default_route = settings().routing.default_route;
  router.deadline_default = settings().routing.deadline;
  router.selection = settings().routing.selection;
  router.worth = settings().routing.worth;
  for (const supervised_target& t : out_.targets)
    router.targets[t.model].push_back(t.target);
  router.spawn_job = job_factory();
  router.alerts = out_.alerts;
  router.budget = out_.budget;
  router.policy = settings().routing.fallback;
  router.wall = options_->wall;
  router.first_id = first;
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
  s.spawn_limiter = [&system = system_, options = options_, alerts = out_.alerts,
                     models = models_](const supervised_target& t, limiter_memory memory) {
    const limiter_plan plan = plan_limiter(*models, *models->find(t.model), {t.credential, t.tier});
    return spawn_limiter(system, *options, plan, alerts, std::move(memory));
  };
  s.spawn_provider = [&system = system_, speakers = speakers_](const key_id& credential) {
    return provider_actor{system.spawn(actors::provider, speakers.at(credential))};
  };
  s.on_give_up = options_->on_give_up;
  out_.supervisor = system_.spawn(supervisor, std::move(s));
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
  for (const auto step : {&wirer::spawn_core, &wirer::spawn_traces, &wirer::spawn_targets}) {
    if (auto done = (this->*step)(); !done) {
      stop_actors(system_, out_);
      return done.failure();
    }
  }
  if (options_->journal) {
    const actors::journal_options j{options_->journal, out_.alerts};
    out_.journal = options_->journal_detached ? system_.spawn<caf::detached>(actors::journal, j)
                                              : system_.spawn(actors::journal, j);
  }
  spawn_router(*first);
  spawn_supervisor();
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
  end(actors.router);
  for (const supervised_target& t : actors.targets)
    end(t.target.limiter);
  for (const supervised_target& t : actors.targets)
    end(t.target.provider);
  end(actors.traces);
  end(actors.budget);
  end(actors.journal);
  end(actors.alerts);
  // Or this thread would hold the system's logger, whose end the system's own waits for.
  caf::logger::set_current_actor_system(nullptr);
}

} // namespace spillway::runtime
