#include "actors/generation_record.hpp"

#include "core/assert.hpp"

namespace spillway::actors {
namespace {

constexpr std::uint64_t attempts_per_request_max = 256;

/// SplitMix64: spreads consecutive numbers over all 64 bits.
std::uint64_t spread(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::string hex(std::uint64_t x) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, x >>= 4)
    *digit = digits[x & 0xf];
  return text;
}

/// One call is one span, whatever becomes of it.
std::string span_id_of(lease_id lease) {
  return hex(spread(lease.value));
}

/// What the labels of a request say of each call made for it.
std::shared_ptr<report::generation> begin_generation(const run_completion& request,
                                                     lease_id lease) {
  const call_labels& labels = request.labels;
  auto g = std::make_shared<report::generation>();
  g->trace_id = labels.trace_id;
  g->span_id = span_id_of(lease);
  g->parent_span_id = labels.parent_span_id;
  g->trace_name = labels.trace_name;
  g->request = request.id;
  g->lease = lease;
  g->input = request.chat;
  g->embedded = request.embedding;
  g->user = labels.user;
  g->session = labels.session;
  g->tags = labels.tags;
  return g;
}

} // namespace

lease_id lease_of(request_id request, std::uint64_t attempt) {
  SPILLWAY_ASSERT(attempt < attempts_per_request_max);
  return {request.value * attempts_per_request_max + attempt};
}

std::string traceparent_of(const call_labels& labels, lease_id lease, bool sampled) {
  return "00-" + labels.trace_id + "-" + span_id_of(lease) + (sampled ? "-01" : "-00");
}

std::string new_trace_id(std::uint64_t seed, request_id request) {
  const std::uint64_t high = spread(seed ^ spread(request.value));
  return hex(high) + hex(spread(high));
}

std::shared_ptr<const report::generation> make_generation(const finished_call& call, instant now) {
  const auto wall = [&](mono_time t) { return now.wall - (now.mono - t); };
  const call_labels& labels = call.request.labels;
  auto g = begin_generation(call.request, call.lease);
  g->attempt = static_cast<int>(call.attempt);
  g->model = call.candidate.model->id;
  g->provider = call.candidate.model->provider;
  g->started_at = wall(call.reply.sent_at);
  g->ended_at = wall(call.reply.finished_at);
  g->cost = call.cost;
  g->fallback_from = call.fallback_from;
  g->waited = call.waited;
  if (call.answer) {
    g->model_reported = call.answer.model_reported();
    const bool streamed = call.reply.first_content_at != mono_time{};
    g->first_byte_at = wall(streamed ? call.reply.first_content_at : call.reply.first_byte_at);
    g->usage = call.answer.usage();
    g->output = call.answer.chat;
  }
  if (call.failure != nullptr)
    g->failure = *call.failure;
  if (call.held > nano_usd{0})
    g->metadata.emplace_back("held_usd", to_decimal_usd(call.held));
  if (!labels.team.empty())
    g->metadata.emplace_back("team", labels.team);
  if (call.prompt.what != context::outcome::as_it_is) {
    g->metadata.emplace_back("long_prompt", context::to_string(call.prompt.what));
    g->metadata.emplace_back("long_prompt_note", call.prompt.text);
  }
  return g;
}

std::shared_ptr<const report::generation>
make_kept_generation(const run_completion& request, const answers::kept_answer& given,
                     std::uint64_t seed, wall_time now) {
  const call_labels& labels = request.labels;
  auto g = begin_generation(request, lease_of(request.id, 0));
  if (g->trace_id.empty())
    g->trace_id = new_trace_id(seed, request.id);
  g->model = given.model;
  g->model_reported = given.answer.model_reported();
  g->started_at = g->first_byte_at = g->ended_at = now;
  g->output = given.answer.chat;
  g->metadata.emplace_back("cache", "hit");
  if (!labels.team.empty())
    g->metadata.emplace_back("team", labels.team);
  return g;
}

std::shared_ptr<const report::generation>
make_lost_generation(const call_intent& call, const provider_id& provider, wall_time now) {
  auto g = std::make_shared<report::generation>();
  g->trace_id = call.trace.trace_id.empty() ? new_trace_id(0, call.request) : call.trace.trace_id;
  g->span_id = span_id_of(call.lease);
  g->parent_span_id = call.trace.parent_span_id;
  g->trace_name = call.trace.trace_name;
  g->request = call.request;
  g->lease = call.lease;
  g->attempt = call.attempt;
  g->model = call.model;
  g->provider = provider;
  g->started_at = call.at;
  g->ended_at = now;
  g->failure = call_failure{failure_kind::interrupted,
                            0,
                            "the runtime died while the call was open; its outcome is unknown",
                            {}};
  g->metadata.emplace_back("held_usd", to_decimal_usd(call.reserved_max));
  for (const money::scope_value& s : call.scopes) {
    if (s.scope == "user")
      g->user = s.name;
    else if (s.scope == "session")
      g->session = s.name;
    else if (s.scope == "tag")
      g->tags.push_back(s.name);
    else if (s.scope == "team")
      g->metadata.emplace_back("team", s.name);
  }
  return g;
}

} // namespace spillway::actors
