#include "gateway/gateway.hpp"

#include "core/tokens/estimator.hpp"
#include "gateway/api.hpp"
#include "gateway/explain_log.hpp"
#include "gateway/question_relay.hpp"
#include "gateway/reply_keeper.hpp"
#include "gateway/reply_relay.hpp"
#include "gateway/stream_relay.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/count_reply.hpp"
#include "wire/anthropic/model_list.hpp"
#include "wire/plan_json.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string_view>
#include <utility>

namespace spillway::gateway {
namespace {

/// In a time that does not tell how much of `given` is right.
bool is_same_secret(std::string_view given, const std::string& key) {
  unsigned char differs = given.size() == key.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    differs |= static_cast<unsigned char>(given[i] ^ key[i % std::max<std::size_t>(key.size(), 1)]);
  return differs == 0;
}

/// The key of a caller, as OpenAI's or Anthropic's clients send it; empty if it sends none.
std::string_view key_in(const wire::http_headers& headers) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = headers.find("Authorization");
  return given.starts_with(scheme) ? given.substr(scheme.size()) : headers.find("x-api-key");
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

/// A row that ends in a slash stands for all paths with one more name behind it.
bool matches(std::string_view row, std::string_view path) {
  return row.ends_with('/') ? path.starts_with(row) && path.size() > row.size() : path == row;
}

constexpr std::string_view models_path = "/v1/models/";
constexpr std::string_view explain_path = "/explain/";

/// Anthropic's clients name the version of its API with each request.
/// Source: https://docs.claude.com/en/api/versioning (2026-11).
bool speaks_anthropic(const wire::http_headers& headers) {
  return headers.contains("anthropic-version");
}

/// In whose words a refusal is put that no API of its own gives.
const api& spoken_by(const wire::http_headers& headers) {
  return speaks_anthropic(headers) ? messages_api() : chat_completions_api();
}

wire::http_response json_reply(std::string body) {
  wire::http_response response;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

wire::http_response text_reply(int status, std::string text) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

} // namespace

/// What the handler's copies share. Read-only but for one flag.
class gateway::door {
public:
  explicit door(gateway_options options) : options_{std::move(options)} {
    model_list_ = wire::openai::encode_model_list(options_.models);
    std::vector<wire::anthropic::listed_model> same;
    for (const wire::openai::listed_model& m : options_.models)
      same.push_back({m.id, m.id});
    keeper_ = options_.system->spawn(reply_keeper, options_.actors.router);
    explained_ = options_.system->spawn(explain_log, options_.actors.router);
    anthropic_list_ = wire::anthropic::encode_model_list(same);
  }

  void on_request(const wire::http_request& request, const transport::http_responder& reply) const {
    const std::string_view path = path_of(request.target);
    const auto row = std::ranges::find_if(
        paths, [&](const served_path& p) { return matches(p.path, path); });
    const api& spoken = spoken_by(request.headers);
    if (row == paths.end())
      return reply(spoken.refuse(unknown_path(request.method, path)));
    if (request.method != row->method)
      return reply(spoken.refuse(wrong_method(request.method, row->method)));
    if (row->needs_key && !is_authorized(request.headers))
      return reply(spoken.refuse(unauthorized()));
    (this->*row->serve)(request, reply);
  }

  void drain() { draining_ = true; }

private:
  using server = void (door::*)(const wire::http_request&, const transport::http_responder&) const;
  struct served_path {
    std::string_view path;
    std::string_view method;
    bool needs_key;
    server serve;
  };
  static const std::array<served_path, 12> paths;

  bool is_authorized(const wire::http_headers& headers) const {
    if (options_.keys.empty())
      return true;
    const std::string_view given = key_in(headers);
    return std::ranges::any_of(
        options_.keys, [&](const secret& key) { return is_same_secret(given, key.reveal()); });
  }

  template <const api& (*spoken)()>
  void complete_as(const wire::http_request& request,
                   const transport::http_responder& reply) const {
    complete(spoken(), request, reply);
  }

  void complete(const api& spoken, const wire::http_request& request,
                const transport::http_responder& reply) const {
    if (draining_)
      return reply(spoken.refuse(draining()));
    auto call = spoken.read(request);
    if (!call)
      return reply(spoken.refuse(malformed_request(call.failure().message)));
    const bool stream = call->stream;
    reply_relay_options errand{options_.actors.router, options_.wall, &spoken, std::move(*call),
                               reply, explained_};
    if (stream)
      options_.system->spawn(stream_relay, std::move(errand));
    else if (request.headers.contains("Idempotency-Key"))
      serve_by_name(request, std::move(errand));
    else
      options_.system->spawn(reply_relay, std::move(errand));
  }

  void serve_by_name(const wire::http_request& request, reply_relay_options errand) const {
    const std::hash<std::string_view> digest;
    serve_once m;
    m.request.name = std::to_string(digest(key_in(request.headers))) + ' '
                     + std::string{path_of(request.target)} + ' '
                     + std::string{request.headers.find("Idempotency-Key")};
    m.request.fingerprint = digest(request.body);
    m.spoken = errand.spoken;
    m.caller = errand.reply;
    m.serve = [system = options_.system, errand](transport::http_responder reply) mutable {
      errand.reply = std::move(reply);
      system->spawn(reply_relay, std::move(errand));
    };
    caf::anon_send(keeper_, std::move(m));
  }

  void list_models(const wire::http_request& request,
                   const transport::http_responder& reply) const {
    reply(json_reply(speaks_anthropic(request.headers) ? anthropic_list_ : model_list_));
  }

  void tell_model(const wire::http_request& request, const transport::http_responder& reply) const {
    const std::string_view id = path_of(request.target).substr(models_path.size());
    const auto m = std::ranges::find(options_.models, id, &wire::openai::listed_model::id);
    if (m == options_.models.end())
      return reply(spoken_by(request.headers).refuse(unknown_model(id)));
    reply(json_reply(speaks_anthropic(request.headers)
                         ? wire::anthropic::encode_model({m->id, m->id})
                         : wire::openai::encode_model(*m)));
  }

  void explain(const wire::http_request& request, const transport::http_responder& reply) const {
    std::string name{path_of(request.target).substr(explain_path.size())};
    options_.system->spawn(explain_relay, explain_question{explained_, std::move(name),
                                                           &spoken_by(request.headers), reply});
  }

  /// A body with `input` asks for embeddings, any other for a chat.
  void plan(const wire::http_request& request, const transport::http_responder& reply) const {
    auto call = chat_completions_api().read(request);
    if (!call)
      if (auto embeds = embeddings_api().read(request))
        call = std::move(embeds);
    if (!call)
      return reply(encode_refusal(malformed_request(call.failure().message)));
    options_.system->spawn(
        plan_relay, plan_question{options_.actors.router, std::move(call->request),
                                  &chat_completions_api(),
                                  [](const completion_plan& m) {
                                    return wire::encode_plan(m.status, m.reason, m.plan);
                                  },
                                  reply});
  }

  void count_tokens(const wire::http_request& request,
                    const transport::http_responder& reply) const {
    const auto read = wire::anthropic::decode_count_request(request.body);
    if (!read)
      return reply(messages_api().refuse(malformed_request(read.failure().message)));
    run_completion asked;
    asked.target = read->model;
    asked.chat = std::make_shared<const chat_request>(read->request);
    const token_count otherwise = tokens::estimate_input(read->request).likely;
    options_.system->spawn(
        plan_relay, plan_question{options_.actors.router, std::move(asked), &messages_api(),
                                  [otherwise](const completion_plan& m) {
                                    const token_count counted = m.plan.models.front().input_likely;
                                    return wire::anthropic::encode_count_reply(
                                        counted > token_count{} ? counted : otherwise);
                                  },
                                  reply});
  }

  void tell_health(const wire::http_request&, const transport::http_responder& reply) const {
    reply(text_reply(200, "ok\n"));
  }

  void tell_readiness(const wire::http_request&, const transport::http_responder& reply) const {
    reply(draining_ ? text_reply(503, "stopping\n") : text_reply(200, "ready\n"));
  }

  void tell_metrics(const wire::http_request&, const transport::http_responder& reply) const {
    options_.system->spawn(metrics_relay, options_.actors, reply);
  }

  gateway_options options_;
  explain_log_actor explained_;
  reply_keeper_actor keeper_;
  std::string model_list_;
  std::string anthropic_list_;
  std::atomic<bool> draining_ = false;
};

const std::array<gateway::door::served_path, 12> gateway::door::paths{{
    {"/v1/chat/completions", "POST", true, &door::complete_as<chat_completions_api>},
    {"/v1/responses", "POST", true, &door::complete_as<responses_api>},
    {"/v1/messages", "POST", true, &door::complete_as<messages_api>},
    {"/v1/embeddings", "POST", true, &door::complete_as<embeddings_api>},
    {"/v1/messages/count_tokens", "POST", true, &door::count_tokens},
    {"/v1/plan", "POST", true, &door::plan},
    {explain_path, "GET", true, &door::explain},
    {"/v1/models", "GET", true, &door::list_models},
    {models_path, "GET", true, &door::tell_model},
    {"/healthz", "GET", false, &door::tell_health},
    {"/readyz", "GET", false, &door::tell_readiness},
    {"/metrics", "GET", false, &door::tell_metrics},
}};

gateway::gateway(gateway_options options) : door_{std::make_shared<door>(std::move(options))} {
}

transport::http_handler gateway::handler() const {
  return [d = door_](const wire::http_request& request, const transport::http_responder& reply) {
    d->on_request(request, reply);
  };
}

void gateway::drain() {
  door_->drain();
}

} // namespace spillway::gateway
