#include "simulator/provider.hpp"

#include "core/assert.hpp"
#include "simulator/fault_reply.hpp"
#include "simulator/openai_replies.hpp"
#include "simulator/openai_request.hpp"
#include "simulator/refusal_text.hpp"
#include "simulator/token_size.hpp"
#include "simulator/vendor_ids.hpp"

#include <string_view>

namespace spillway::simulator {
namespace {

constexpr std::string_view completions_path = "/v1/chat/completions";
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
  void serve(served_model& model, const chat_call& call, const transport::http_responder& reply);
  void answer(served_model& model, const chat_call& call, const fault_rule* fault,
              const transport::http_responder& reply);
  transport::http_server_reply outcome(served_model& model, const chat_call& call,
                                       const fault_rule* fault, duration took);
  wire::http_response completion(served_model& model, const chat_call& call, duration took);
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
  const std::string_view method = path == completions_path ? "POST" : "GET";
  if (path != completions_path && path != models_path) {
    ++seen_.not_found;
    return reply(stamped(unknown_route(request.method, path)));
  }
  if (request.method != method)
    return reply(stamped(wrong_method(request.method, method)));
  if (options_.authorization_required && !is_authorized(request.headers)) {
    ++seen_.unauthorized;
    return reply(stamped(missing_authorization()));
  }
  if (path == completions_path)
    return on_completion_request(request, reply);
  std::vector<std::string> names;
  for (const auto& [name, model] : models_)
    names.push_back(name);
  reply(stamped(model_list(names)));
}

void provider::service::on_completion_request(const wire::http_request& request,
                                              const transport::http_responder& reply) {
  const auto call = read_chat_call(request.body);
  if (!call) {
    ++seen_.malformed;
    return reply(stamped(invalid_request(call.failure().message)));
  }
  const auto model = models_.find(call->model);
  if (model == models_.end()) {
    ++seen_.not_found;
    return reply(stamped(unknown_model(call->model)));
  }
  serve(model->second, *call, reply);
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

wire::http_response provider::service::completion(served_model& model, const chat_call& call,
                                                  duration took) {
  chat_reply said = compose_reply(call.chat, options_.script);
  said.model_reported = call.model;
  said.provider_request_id = make_completion_id(ids_);
  model.seen.input += said.usage.input;
  model.seen.output += said.usage.output;
  auto response = stamped(chat_completion(said, options_.clock().wall));
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(took).count();
  response.headers.add("openai-processing-ms", std::to_string(millis));
  add_standings(response, model);
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
