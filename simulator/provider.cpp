#include "simulator/provider.hpp"

#include "core/assert.hpp"
#include "simulator/chunk_stream.hpp"
#include "simulator/embeddings.hpp"
#include "simulator/fault_reply.hpp"
#include "simulator/openai_chunks.hpp"
#include "simulator/openai_replies.hpp"
#include "simulator/openai_request.hpp"
#include "simulator/refusal_text.hpp"
#include "simulator/token_size.hpp"
#include "simulator/vendor_ids.hpp"
#include "wire/openai/embeddings.hpp"

#include <string_view>

namespace spillway::simulator {
namespace {

constexpr std::string_view completions_path = "/v1/chat/completions";
constexpr std::string_view embeddings_path = "/v1/embeddings";
constexpr std::string_view models_path = "/v1/models";

/// One model at work.
struct served_model {
  served_model(const model_rules& given, std::uint64_t seed)
      : rules{given}, limits{given.quota}, delay{given.latency, seed} {}

  model_rules rules;
  quota limits;
  latency delay;
  model_statistics seen;
};

/// A bearer token of any content; one of a real provider must not be needed to run offline.
bool is_authorized(const wire::http_headers& headers) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view value = headers.find("Authorization");
  return value.starts_with(scheme) && value.size() > scheme.size();
}

bool fits_context(const model_rules& rules, token_count input, const chat_request& chat) {
  const token_count wanted = input + chat.output_tokens_max.value_or(token_count{});
  return !rules.context_tokens || wanted <= *rules.context_tokens;
}

/// True if the fault spoils a stream that has begun.
bool strikes_within(fault_kind kind) {
  return kind == fault_kind::truncated_body || kind == fault_kind::error_in_stream
         || kind == fault_kind::stalled_stream;
}

/// Half of the stream comes, then the fault.
void spoil(fault_kind kind, stream_plan& plan) {
  plan.events.resize((plan.events.size() + 1) / 2);
  if (kind == fault_kind::error_in_stream)
    plan.events.push_back(error_chunk());
  else
    plan.end = kind == fault_kind::stalled_stream ? stream_end::silent : stream_end::cut;
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
  void on_request(const wire::http_request& request, const transport::http_responder& reply);
  void on_completion_request(const wire::http_request& request,
                             const transport::http_responder& reply);
  void on_embedding_request(const wire::http_request& request,
                            const transport::http_responder& reply);
  served_model* find(const std::string& name, const transport::http_responder& reply);
  void serve(served_model& model, const chat_call& call, const transport::http_responder& reply);
  void embed_for(served_model& model, const std::string& name,
                 const wire::openai::decoded_embedding_request& call,
                 const transport::http_responder& reply);
  void answer(served_model& model, const chat_call& call, const fault_rule* fault,
              const transport::http_responder& reply);
  transport::http_server_reply outcome(served_model& model, const chat_call& call,
                                       const fault_rule* fault, duration took);
  void stream(served_model& model, const chat_call& call, const fault_rule* fault,
              const transport::http_responder& reply);
  chat_reply compose(served_model& model, const chat_call& call);
  wire::http_response completion(served_model& model, const chat_call& call, duration took);
  wire::http_headers answer_headers(served_model& model, duration took);
  wire::http_response refusal(served_model& model, const std::string& name,
                              const quota_refusal& why);
  void add_standings(wire::http_response& response, served_model& model);
  wire::http_response stamped(wire::http_response response);

  provider_options options_;
  std::map<std::string, served_model> models_;
  fault_plan faults_;
  chance ids_;
  provider_statistics seen_;
};

provider::service::service(provider_options options)
    : options_{std::move(options)}, faults_{options_.faults, options_.seed}, ids_{options_.seed} {
  SPILLWAY_ASSERT(options_.clock && options_.schedule);
  for (const auto& [name, rules] : options_.models)
    models_.try_emplace(name, rules, options_.seed ^ fingerprint(name));
}

void provider::service::accept(wire::http_request request, transport::http_responder reply) {
  auto received = std::make_shared<wire::http_request>(std::move(request));
  options_.schedule(duration::zero(), [self = shared_from_this(), received, reply] {
    self->on_request(*received, reply);
  });
}

void provider::service::on_request(const wire::http_request& request,
                                   const transport::http_responder& reply) {
  const std::string_view path = path_of(request.target);
  if (path != completions_path && path != embeddings_path && path != models_path) {
    ++seen_.not_found;
    return reply(stamped(unknown_route(request.method, path)));
  }
  const std::string_view method = path == models_path ? "GET" : "POST";
  if (request.method != method)
    return reply(stamped(wrong_method(request.method, method)));
  if (options_.authorization_required && !is_authorized(request.headers)) {
    ++seen_.unauthorized;
    return reply(stamped(missing_authorization()));
  }
  if (path == completions_path)
    return on_completion_request(request, reply);
  if (path == embeddings_path)
    return on_embedding_request(request, reply);
  std::vector<std::string> names;
  for (const auto& [name, model] : models_)
    names.push_back(name);
  reply(stamped(model_list(names)));
}

served_model* provider::service::find(const std::string& name,
                                      const transport::http_responder& reply) {
  const auto model = models_.find(name);
  if (model != models_.end())
    return &model->second;
  ++seen_.not_found;
  reply(stamped(unknown_model(name)));
  return nullptr;
}

void provider::service::on_completion_request(const wire::http_request& request,
                                              const transport::http_responder& reply) {
  const auto call = read_chat_call(request.body);
  if (!call) {
    ++seen_.malformed;
    return reply(stamped(invalid_request(call.failure().message)));
  }
  if (served_model* model = find(call->model, reply))
    serve(*model, *call, reply);
}

void provider::service::on_embedding_request(const wire::http_request& request,
                                             const transport::http_responder& reply) {
  const auto call = wire::openai::decode_embedding_request(request.body);
  if (!call) {
    ++seen_.malformed;
    return reply(stamped(invalid_request(call.failure().message)));
  }
  if (served_model* model = find(call->model, reply))
    embed_for(*model, call->model, *call, reply);
}

void provider::service::embed_for(served_model& model, const std::string& name,
                                  const wire::openai::decoded_embedding_request& call,
                                  const transport::http_responder& reply) {
  ++model.seen.requests;
  const fault_rule* fault = faults_.next(name);
  const token_count input = input_tokens(call.request);
  if (fault && !counts_as_served(fault->kind) && !model.rules.quota.failed_requests_count) {
    ++model.seen.faults[fault->kind];
    return reply(make_fault_reply(*fault, name, stamped({})));
  }
  if (const auto why = model.limits.admit(input.value(), options_.clock().mono))
    return reply(refusal(model, name, *why));
  embedding_reply vectors = embed(call.request);
  vectors.model_reported = name;
  model.seen.input += input;
  const duration took = model.delay.next();
  auto response = stamped(embedding_list(vectors, call.base64));
  for (const auto& [field, value] : answer_headers(model, took))
    response.headers.add(field, value);
  auto sent = std::make_shared<transport::http_server_reply>(std::move(response));
  if (fault) {
    ++model.seen.faults[fault->kind];
    *sent = make_fault_reply(*fault, name, std::get<wire::http_response>(std::move(*sent)));
  }
  options_.schedule(took, [self = shared_from_this(), &model, sent, reply, fault] {
    model.limits.finish();
    model.seen.answered += fault ? 0 : 1;
    reply(std::move(*sent));
  });
}

void provider::service::serve(served_model& model, const chat_call& call,
                              const transport::http_responder& reply) {
  ++model.seen.requests;
  const token_count input = input_tokens(call.chat);
  if (!fits_context(model.rules, input, call.chat)) {
    ++model.seen.too_long;
    return reply(stamped(context_too_long(*model.rules.context_tokens, input)));
  }
  const fault_rule* fault = faults_.next(call.model);
  if (fault && !counts_as_served(fault->kind) && !model.rules.quota.failed_requests_count)
    return reply(outcome(model, call, fault, duration::zero()));
  const auto charge = charge_of(model.rules.quota.charge, input, call.chat.output_tokens_max);
  if (const auto why = model.limits.admit(charge, options_.clock().mono))
    return reply(refusal(model, call.model, *why));
  answer(model, call, fault, reply);
}

void provider::service::answer(served_model& model, const chat_call& call, const fault_rule* fault,
                               const transport::http_responder& reply) {
  if (call.stream && (!fault || strikes_within(fault->kind)))
    return stream(model, call, fault, reply);
  const bool works = !fault || counts_as_served(fault->kind);
  const duration took = works ? model.delay.next() : duration::zero();
  // Built now, so that its headers tell the standing at the moment of the charge.
  auto sent = std::make_shared<transport::http_server_reply>(outcome(model, call, fault, took));
  options_.schedule(took, [self = shared_from_this(), &model, sent, reply, fault] {
    model.limits.finish();
    model.seen.answered += fault ? 0 : 1;
    reply(std::move(*sent));
  });
}

transport::http_server_reply provider::service::outcome(served_model& model, const chat_call& call,
                                                        const fault_rule* fault, duration took) {
  if (!fault)
    return completion(model, call, took);
  ++model.seen.faults[fault->kind];
  if (fault->kind == fault_kind::truncated_body)
    return make_fault_reply(*fault, call.model, completion(model, call, took));
  return make_fault_reply(*fault, call.model, stamped({}));
}

void provider::service::stream(served_model& model, const chat_call& call, const fault_rule* fault,
                               const transport::http_responder& reply) {
  const duration took = model.delay.next();
  const chat_reply said = compose(model, call);
  stream_plan plan{chat_chunks(said, options_.clock().wall, call.include_usage)};
  if (fault) {
    ++model.seen.faults[fault->kind];
    spoil(fault->kind, plan);
  }
  const double wait = static_cast<double>(took.count()) * model.rules.latency.until_first_chunk;
  const duration first{static_cast<std::int64_t>(wait)};
  plan.gap = (took - first) / static_cast<std::int64_t>(plan.events.size());
  wire::http_headers headers = answer_headers(model, first);
  headers.add("x-request-id", make_request_id(ids_));
  headers.add("content-type", "text/event-stream; charset=utf-8");
  auto chunks = std::make_shared<chunk_stream>(
      std::move(plan), options_.schedule, [self = shared_from_this(), &model, fault](bool whole) {
        model.limits.finish();
        model.seen.answered += whole && !fault ? 1 : 0;
        model.seen.streamed += whole && !fault ? 1 : 0;
        model.seen.abandoned += whole || fault ? 0 : 1;
      });
  options_.schedule(first, [chunks, headers = std::move(headers), reply] {
    chunks->start(200, headers, reply);
  });
}

chat_reply provider::service::compose(served_model& model, const chat_call& call) {
  chat_reply said = compose_reply(call.chat, options_.script);
  said.model_reported = call.model;
  said.provider_request_id = make_completion_id(ids_);
  model.seen.input += said.usage.input;
  model.seen.output += said.usage.output;
  return said;
}

wire::http_headers provider::service::answer_headers(served_model& model, duration took) {
  wire::http_response head;
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(took).count();
  head.headers.add("openai-processing-ms", std::to_string(millis));
  add_standings(head, model);
  return head.headers;
}

wire::http_response provider::service::completion(served_model& model, const chat_call& call,
                                                  duration took) {
  auto response = stamped(chat_completion(compose(model, call), options_.clock().wall));
  for (const auto& [name, value] : answer_headers(model, took))
    response.headers.add(name, value);
  return response;
}

wire::http_response provider::service::refusal(served_model& model, const std::string& name,
                                               const quota_refusal& why) {
  ++model.seen.refused[why.binding];
  auto response =
      stamped(rate_limited(refusal_type(why), refusal_message(why, name, options_.organization)));
  if (why.retry_after && *why.retry_after > duration::zero())
    add_retry_after(response.headers, *why.retry_after);
  add_standings(response, model);
  return response;
}

void provider::service::add_standings(wire::http_response& response, served_model& model) {
  const mono_time now = options_.clock().mono;
  add_standing(response.headers, "requests", model.limits.requests_standing(now));
  add_standing(response.headers, "tokens", model.limits.tokens_standing(now));
}

wire::http_response provider::service::stamped(wire::http_response response) {
  response.headers.add("x-request-id", make_request_id(ids_));
  return response;
}

provider_statistics provider::service::statistics() const {
  provider_statistics seen = seen_;
  for (const auto& [name, model] : models_) {
    model_statistics& one = seen.models[name] = model.seen;
    one.most_requests_in_minute = model.limits.most_requests_in_minute();
    one.most_tokens_in_minute = model.limits.most_tokens_in_minute();
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
