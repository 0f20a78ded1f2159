#include "simulator/provider.hpp"

#include "core/assert.hpp"
#include "simulator/anthropic_dialect.hpp"
#include "simulator/chunk_stream.hpp"
#include "simulator/embeddings.hpp"
#include "simulator/fault_reply.hpp"
#include "simulator/gemini_dialect.hpp"
#include "simulator/openai_dialect.hpp"
#include "simulator/token_size.hpp"
#include "simulator/vendor_ids.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace spillway::simulator {
namespace {

/// One model at work.
struct served_model {
  served_model(const model_rules& given, std::uint64_t seed, instant started)
      : rules{given}, limits{given.quota, started}, delay{given.latency, seed} {}

  model_rules rules;
  quota limits;
  latency delay;
  model_statistics seen;
};

/// One well-formed request for a model. `tokens` is what its prompt counts, `billed` what it is.
struct asked {
  const dialect& speaks;
  std::string model;
  token_count tokens;
  token_count billed;
  std::optional<token_count> output_max{};
  std::optional<chat_call> chat{};
  std::optional<embedding_call> embedding{};
};

/// True if the fault spoils a stream that has begun.
bool strikes_within(fault_kind kind) {
  return kind == fault_kind::truncated_body || kind == fault_kind::error_in_stream
         || kind == fault_kind::stalled_stream;
}

/// So much of the stream comes, then the fault.
void spoil(const fault_rule& fault, const asked& a, stream_plan& plan) {
  const std::size_t half = (plan.events.size() + 1) / 2;
  plan.events.resize(std::min(fault.after_events.value_or(half), plan.events.size()));
  if (fault.kind == fault_kind::error_in_stream)
    plan.events.push_back(a.speaks.error_event(problem_of(fault, a.model)));
  else
    plan.end = fault.kind == fault_kind::stalled_stream ? stream_end::silent : stream_end::cut;
  if (plan.events.empty())
    plan.events.push_back("\n"); // a line that says nothing
}

bool fits_context(const model_rules& rules, const asked& a) {
  const token_count wanted = a.billed + a.output_max.value_or(token_count{});
  return !rules.context_tokens || wanted <= *rules.context_tokens;
}

/// What each of so many events brings of a reply, rounded up.
std::int64_t evenly(token_count reply, std::size_t events) {
  const auto count = static_cast<std::int64_t>(events);
  return (reply.value() + count - 1) / count;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

} // namespace

/// The state behind one provider, touched by scheduled functions only.
class provider::service : public std::enable_shared_from_this<service> {
public:
  explicit service(provider_options options);

  void accept(wire::http_request request, transport::http_responder reply);
  provider_statistics statistics() const;

private:
  using responder = transport::http_responder;

  const dialect& dialect_for(const wire::http_request& request) const;
  void on_request(const wire::http_request& request, const responder& reply);
  void on_call(const wire::http_request& request, endpoint what, const dialect& speaks,
               const responder& reply);
  result<asked> read(const wire::http_request& request, endpoint what,
                     const dialect& speaks) const;
  void serve(served_model& model, const asked& a, const responder& reply);
  void answer(served_model& model, const asked& a, const fault_rule* fault, const responder& reply);
  void stream(served_model& model, const asked& a, const fault_rule* fault,
              const responder& reply);
  chat_reply say(served_model& model, const asked& a);
  wire::http_response completed(served_model& model, const asked& a, duration took,
                                token_count& written);
  void add_facts(wire::http_headers& headers, served_model& model, const dialect& speaks,
                 std::optional<duration> took);
  wire::http_response refused(const dialect& speaks, const problem& p);
  wire::http_response stamped(wire::http_response response, const dialect& speaks);

  provider_options options_;
  openai_dialect openai_;
  anthropic_dialect anthropic_;
  gemini_dialect gemini_;
  std::map<std::string, served_model> models_;
  fault_plan faults_;
  chance ids_;
  provider_statistics seen_;
};

provider::service::service(provider_options options)
    : options_{std::move(options)},
      openai_{options_.organization},
      anthropic_{options_.organization},
      faults_{options_.faults, options_.seed},
      ids_{options_.seed} {
  SPILLWAY_ASSERT(options_.clock && options_.schedule);
  for (const auto& [name, rules] : options_.models)
    models_.try_emplace(name, rules, options_.seed ^ fingerprint(name), options_.clock());
}

void provider::service::accept(wire::http_request request, transport::http_responder reply) {
  auto received = std::make_shared<wire::http_request>(std::move(request));
  options_.schedule(duration::zero(), [self = shared_from_this(), received, reply] {
    self->on_request(*received, reply);
  });
}

/// Each vendor's paths are its own, but for the list of models, which two have at one path: there
/// the header that Anthropic demands tells. A path of nobody's is answered as OpenAI does.
const dialect& provider::service::dialect_for(const wire::http_request& request) const {
  const std::string_view path = path_of(request.target);
  if (!request.headers.find("anthropic-version").empty())
    return anthropic_;
  for (const dialect* one :
       {static_cast<const dialect*>(&openai_), static_cast<const dialect*>(&anthropic_),
        static_cast<const dialect*>(&gemini_)})
    if (one->serves(path))
      return *one;
  return path.starts_with("/v1beta/") ? static_cast<const dialect&>(gemini_) : openai_;
}

void provider::service::on_request(const wire::http_request& request, const responder& reply) {
  const std::string_view path = path_of(request.target);
  const dialect& speaks = dialect_for(request);
  const auto what = speaks.serves(path);
  problem p{problem::kind::unknown_route, std::string{path}, request.method};
  if (!what) {
    ++seen_.not_found;
    return reply(refused(speaks, p));
  }
  const std::string_view method = *what == endpoint::models ? "GET" : "POST";
  if (request.method != method)
    return reply(refused(speaks, {problem::kind::wrong_method, request.method, method}));
  if (options_.authorization_required && !speaks.is_authorized(request.headers)) {
    ++seen_.unauthorized;
    return reply(refused(speaks, {problem::kind::unauthorized}));
  }
  if (*what != endpoint::models)
    return on_call(request, *what, speaks, reply);
  std::vector<offered_model> offered;
  for (const auto& [name, model] : models_)
    offered.push_back({name, model.rules.context_tokens});
  reply(stamped(speaks.models(offered), speaks));
}

result<asked> provider::service::read(const wire::http_request& request, endpoint what,
                                      const dialect& speaks) const {
  if (what == endpoint::embeddings) {
    auto call = speaks.read_embedding(request);
    if (!call)
      return call.failure();
    asked a{speaks, call->model, input_tokens(call->request),
            input_tokens(call->request)};
    a.embedding = std::move(*call);
    return a;
  }
  auto call = speaks.read_chat(request);
  if (!call)
    return call.failure();
  asked a{speaks, call->model, input_tokens(call->chat), billed_tokens(call->chat),
          call->chat.output_tokens_max};
  a.chat = std::move(*call);
  return a;
}

void provider::service::on_call(const wire::http_request& request, endpoint what,
                                const dialect& speaks, const responder& reply) {
  const auto call = read(request, what, speaks);
  if (!call) {
    ++seen_.malformed;
    return reply(refused(speaks, {problem::kind::malformed, call.failure().message}));
  }
  const auto model = models_.find(call->model);
  if (model == models_.end()) {
    ++seen_.not_found;
    return reply(refused(speaks, {problem::kind::unknown_model, {}, {}, call->model}));
  }
  if (what == endpoint::count_tokens)
    return reply(stamped(speaks.count(call->billed), speaks));
  serve(model->second, *call, reply);
}

void provider::service::serve(served_model& model, const asked& a, const responder& reply) {
  ++model.seen.requests;
  if (!fits_context(model.rules, a)) {
    ++model.seen.too_long;
    problem p{problem::kind::context_too_long, {}, {}, a.model};
    p.allowed = *model.rules.context_tokens;
    p.wanted = a.billed;
    p.output = a.output_max.value_or(token_count{});
    return reply(refused(a.speaks, p));
  }
  const fault_rule* fault = faults_.next(a.model);
  if (fault && !counts_as_served(fault->kind) && !model.rules.quota.failed_requests_count) {
    ++model.seen.faults[fault->kind];
    return reply(make_fault_reply(*fault, a.model, stamped({}, a.speaks), a.speaks));
  }
  const arrival_charge charge{charge_of(model.rules.quota.charge, a.tokens, a.output_max),
                              a.tokens.value()};
  if (const auto why = model.limits.admit(charge, options_.clock().mono)) {
    ++model.seen.refused[why->binding];
    problem p{problem::kind::rate_limited, {}, {}, a.model};
    p.refusal = why;
    p.retry_after = why->retry_after;
    wire::http_response response = refused(a.speaks, p);
    a.speaks.add_standings(response.headers, model.limits, options_.clock());
    return reply(std::move(response));
  }
  answer(model, a, fault, reply);
}

void provider::service::answer(served_model& model, const asked& a, const fault_rule* fault,
                               const responder& reply) {
  if (fault)
    ++model.seen.faults[fault->kind];
  if (a.chat && a.chat->stream && (!fault || strikes_within(fault->kind)))
    return stream(model, a, fault, reply);
  const bool works = !fault || counts_as_served(fault->kind);
  const duration took = works ? model.delay.next() : duration::zero();
  const bool answers = !fault || fault->kind == fault_kind::truncated_body;
  // Built now, so that its headers tell the standing at the moment of the charge.
  token_count written;
  wire::http_response whole =
      answers ? completed(model, a, took, written) : stamped({}, a.speaks);
  auto sent = std::make_shared<transport::http_server_reply>(
      fault ? make_fault_reply(*fault, a.model, std::move(whole), a.speaks)
            : transport::http_server_reply{std::move(whole)});
  options_.schedule(took, [self = shared_from_this(), &model, sent, reply, fault, written] {
    model.limits.produce(written.value(), self->options_.clock().mono);
    model.limits.finish();
    model.seen.answered += fault ? 0 : 1;
    reply(std::move(*sent));
  });
}

void provider::service::stream(served_model& model, const asked& a, const fault_rule* fault,
                               const responder& reply) {
  const duration took = model.delay.next();
  const chat_reply said = say(model, a);
  stream_plan plan{a.speaks.events(said, *a.chat, options_.clock().wall)};
  plan.on_event = [self = shared_from_this(), &model, left = said.usage.output.value(),
                   each = evenly(said.usage.output, plan.events.size())]() mutable {
    const std::int64_t now_written = std::min(each, left);
    left -= now_written;
    model.limits.produce(now_written, self->options_.clock().mono);
  };
  if (fault)
    spoil(*fault, a, plan);
  const double wait = static_cast<double>(took.count()) * model.rules.latency.until_first_chunk;
  const duration first{static_cast<std::int64_t>(wait)};
  plan.gap = (took - first) / static_cast<std::int64_t>(plan.events.size());
  wire::http_response head = stamped({}, a.speaks);
  add_facts(head.headers, model, a.speaks, first);
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  auto chunks = std::make_shared<chunk_stream>(
      std::move(plan), options_.schedule, [self = shared_from_this(), &model, fault](bool whole) {
        model.limits.finish();
        model.seen.answered += whole && !fault ? 1 : 0;
        model.seen.streamed += whole && !fault ? 1 : 0;
        model.seen.abandoned += whole || fault ? 0 : 1;
      });
  options_.schedule(first, [chunks, headers = std::move(head.headers), reply] {
    chunks->start(200, headers, reply);
  });
}

chat_reply provider::service::say(served_model& model, const asked& a) {
  chat_reply said = compose_reply(a.chat->chat, options_.script);
  said.model_reported = a.model;
  said.provider_request_id = make_completion_id(ids_);
  model.seen.input += said.usage.input;
  model.seen.output += said.usage.output;
  return said;
}

wire::http_response provider::service::completed(served_model& model, const asked& a,
                                                 duration took, token_count& written) {
  wire::http_response response;
  if (a.embedding) {
    embedding_reply vectors = embed(a.embedding->request);
    vectors.model_reported = a.model;
    model.seen.input += vectors.usage.input;
    response = a.speaks.embedded(vectors, *a.embedding);
  } else {
    const chat_reply said = say(model, a);
    written = said.usage.output;
    response = a.speaks.answer(said, *a.chat, options_.clock().wall);
  }
  response = stamped(std::move(response), a.speaks);
  add_facts(response.headers, model, a.speaks, took);
  return response;
}

void provider::service::add_facts(wire::http_headers& headers, served_model& model,
                                  const dialect& speaks, std::optional<duration> took) {
  if (took)
    speaks.add_time(headers, *took);
  speaks.add_standings(headers, model.limits, options_.clock());
}

wire::http_response provider::service::refused(const dialect& speaks, const problem& p) {
  return stamped(speaks.refuse(p), speaks);
}

wire::http_response provider::service::stamped(wire::http_response response,
                                               const dialect& speaks) {
  if (const std::string_view name = speaks.request_id_header(); !name.empty())
    response.headers.add(std::string{name}, make_request_id(ids_));
  return response;
}

provider_statistics provider::service::statistics() const {
  provider_statistics seen = seen_;
  for (const auto& [name, model] : models_) {
    model_statistics& one = seen.models[name] = model.seen;
    one.most_requests_in_minute = model.limits.most_requests_in_minute();
    one.most_tokens_in_minute = model.limits.most_tokens_in_minute();
    one.most_input_in_minute = model.limits.most_input_in_minute();
    one.most_output_in_minute = model.limits.most_output_in_minute();
    one.in_flight_most = model.limits.most_in_flight();
  }
  return seen;
}

provider::provider(provider_options options)
    : service_{std::make_shared<service>(std::move(options))} {
}

transport::http_handler provider::handler() const {
  return [service = service_](wire::http_request request, transport::http_responder reply) {
    service->accept(std::move(request), std::move(reply));
  };
}

provider_statistics provider::statistics() const {
  return service_->statistics();
}

} // namespace spillway::simulator
