#include "actors/request_planner.hpp"

#include "actors/refusal.hpp"
#include "core/bounds.hpp"
#include "core/tokens/estimator.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace spillway::actors {
namespace {

completion_reply unservable(const run_completion& m, const routing::selection& selected) {
  const std::string reason = routing::reasons(selected);
  return refusal(m, routing::status_of(selected),
                 reason.empty() ? "no model of route '" + m.target
                                      + "' is usable; check its provider's key"
                                : reason);
}

/// True for all but what is worth counting: no token has less than a byte.
bool surely_fits(const chat_request& chat, const model_entry& model) {
  const token_count reply =
      std::min(chat.output_tokens_max.value_or(token_count{bounds::output_useful_min}),
               model.output_max);
  const token_count most = tokens::estimate_input(chat).at_most;
  return most + reply <= model.context_max && most <= model.input_max.value_or(model.context_max);
}

} // namespace

request_planner::request_planner(routing::rules rules, target_table targets)
    : targets_{std::move(targets)} {
  for (auto& [model, keys] : targets_) {
    std::vector<std::int64_t> weights;
    for (call_target& t : keys) {
      weights.push_back(t.weight);
      if (t.credential.empty())
        t.credential = t.key;
    }
    rotations_.emplace(model, std::move(weights));
  }
  replace_rules(std::move(rules));
}

void request_planner::replace_rules(routing::rules rules) {
  rules_ = std::move(rules);
  routes_.clear();
  for (const model_entry& model : rules_.models->models())
    routes_.emplace(model.id.value, routing::route{model.id.value, {model.id}});
  for (const routing::route& r : rules_.routes)
    routes_.insert_or_assign(r.name, r);
}

void request_planner::replace_target(const model_id& model, const call_target& target) {
  for (call_target& t : targets_.at(model))
    if (t.key == target.key)
      t = target;
}

// -- what is asked --------------------------------------------------------------------------------

void request_planner::complete(run_completion& m) const {
  m.deadline = std::min<duration>(m.deadline > duration{} ? m.deadline : rules_.deadline_default,
                                  bounds::deadline_max);
  if (m.target.empty())
    m.target = route_for(m.labels);
}

/// The route of a request that names none.
std::string request_planner::route_for(const call_labels& labels) const {
  if (routes_.count(labels.task_type) != 0)
    return labels.task_type;
  const std::string preferred = routing::to_string(labels.quality);
  return routes_.count(preferred) != 0 ? preferred : rules_.default_route;
}

const routing::route* request_planner::find_route(const std::string& target) const {
  const auto it = routes_.find(target);
  return it == routes_.end() ? nullptr : &it->second;
}

completion_reply request_planner::unknown_target(const run_completion& m) const {
  std::vector<std::string_view> known;
  for (const auto& entry : routes_)
    known.push_back(entry.first);
  const std::string_view near = nearest_name(m.target, known);
  std::string reason = "'" + m.target + "' is neither a route nor a model";
  if (!near.empty())
    reason += "; did you mean '" + std::string{near} + "'?";
  return refusal(m, completion_status::unknown_target, std::move(reason));
}

// -- plans ----------------------------------------------------------------------------------------

planned_request request_planner::plan(run_completion& m, instant now) {
  planned_request out;
  complete(m);
  if (!m.chat && !m.embedding) {
    out.refused = refusal(m, completion_status::invalid_request,
                          "the request has neither a chat nor texts to embed");
    return out;
  }
  if (m.chat && (m.chat->choices < 1 || m.chat->choices > bounds::choices_max)) {
    out.refused = refusal(m, completion_status::invalid_request,
                          "the request asks for " + std::to_string(m.chat->choices)
                              + " answers; it may ask for 1 to "
                              + std::to_string(bounds::choices_max));
    return out;
  }
  const routing::route* const preference = find_route(m.target);
  const auto named = preference ? std::nullopt : routing::route_of_name(*rules_.models, m.target);
  if (!preference && !named) {
    out.refused = unknown_target(m);
    return out;
  }
  const routing::route& wanted = named ? *named : *preference;
  if (m.chat)
    fit_prompt(m, wanted, now.wall, out);
  if (out.prompt.what == context::outcome::refused)
    out.refused = refusal(m, completion_status::context_too_long, out.prompt.text);
  if (out.refused || out.chunks)
    return out;
  select(m, wanted, now.wall, out);
  if (named)
    for (routing::candidate& c : out.selected.candidates)
      c.upstream_name = m.target;
  spread_over_keys(out, now.mono);
  out.plan = routing::make_plan(m.target, out.selected);
  if (out.selected.candidates.empty()) {
    out.refused = unservable(m, out.selected);
    out.refused->plan = std::make_shared<const routing::plan>(out.plan);
  }
  return out;
}

/// Does to a prompt that is too long for the first model of `preference` what the request, or else
/// the rules, say.
void request_planner::fit_prompt(run_completion& m, const routing::route& preference,
                                 wall_time now, planned_request& p) {
  std::vector<const model_entry*> models;
  for (const model_id& id : preference.models)
    if (const model_entry* const model = rules_.models->find(id))
      models.push_back(model);
  if (!m.allow_fallback && !models.empty())
    models.resize(1);
  if (models.empty() || surely_fits(*m.chat, *models.front()))
    return;
  const context::strategy how = m.context_strategy.value_or(rules_.context_strategy);
  context::fitted_prompt fitted = context::fit(*m.chat, how, models, now, counter_);
  if (fitted.what == context::outcome::as_it_is)
    return;
  // Where only another model would do, the selection tells which of them do not and why.
  if (fitted.what == context::outcome::refused && how == context::strategy::fallback)
    return;
  p.prompt = {fitted.what, std::move(fitted.explanation)};
  p.chunks = std::move(fitted.plan);
  if (fitted.request)
    m.chat = std::make_shared<const chat_request>(std::move(*fitted.request));
}

void request_planner::select(const run_completion& m, const routing::route& wanted, wall_time now,
                             planned_request& p) {
  p.selected = m.chat ? routing::select_candidates(*rules_.models, wanted, *m.chat,
                                                   rules_.selection, now, counter_)
                      : routing::select_candidates(*rules_.models, wanted, *m.embedding,
                                                   rules_.selection, now);
  routing::rank(p.selected, {m.labels.task_type, m.labels.quality, m.labels.quality_floor},
                record_, rules_.value);
  if (!m.allow_fallback && !p.selected.candidates.empty())
    p.selected.candidates.resize(1);
}

/// Puts each candidate's keys in its place, the one whose turn it is first. A model whose keys are
/// all benched is none of the candidates.
void request_planner::spread_over_keys(planned_request& p, mono_time now) {
  const std::vector<routing::candidate> models =
      std::exchange(p.selected.candidates, std::vector<routing::candidate>{});
  const auto reject = [&](const routing::candidate& c, const std::string& why) {
    p.selected.rejected.push_back({c.model, routing::rejection_reason::key_unusable,
                                   c.model->id.value + ": " + why});
  };
  for (const routing::candidate& c : models) {
    const auto found = targets_.find(c.model->id);
    if (found == targets_.end()) {
      reject(c, "no key that is set has a tier that is offered it");
      continue;
    }
    const std::vector<call_target>& keys = found->second;
    std::vector<bool> usable;
    for (const call_target& t : keys)
      usable.push_back(!bench_.out_for(t.credential, now));
    const std::vector<std::size_t> order = rotations_.at(c.model->id).next(usable);
    for (const std::size_t i : order) {
      p.selected.candidates.push_back(c);
      p.selected.candidates.back().key = keys[i].credential;
      p.targets.push_back(keys[i]);
    }
    if (order.empty())
      reject(c, bench_.explain(keys.front().credential, now));
  }
}

// -- what is learnt -------------------------------------------------------------------------------

void request_planner::note_answer(const report::call_record& call) {
  if (!call.failure)
    record_.note_call(call.model, call.took);
}

/// What the provider counted for the prompt corrects the estimates for its model.
void request_planner::learn(const model_id& model, const chat_request& chat,
                            const chat_reply& reply) {
  const model_entry* const entry = rules_.models->find(model);
  if (entry != nullptr && !reply.usage.estimated)
    counter_.learn(*entry, chat, reply.usage.input);
}

bool request_planner::bench_key(const key_id& key, const call_failure& failure, mono_time now) {
  return bench_.sit_out(key, failure, now);
}

void request_planner::note_score(const record_feedback& m) {
  if (rules_.models->find(m.model) != nullptr)
    record_.note_score(m.model, m.task_type, m.score);
}

} // namespace spillway::actors
