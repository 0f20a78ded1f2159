#include "gateway/gateway.hpp"

#include "gateway/api.hpp"
#include "gateway/reply_relay.hpp"
#include "gateway/stream_relay.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <array>
#include <atomic>
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
  }

  void on_request(const wire::http_request& request, const transport::http_responder& reply) const {
    const std::string_view path = path_of(request.target);
    const auto row = std::ranges::find(paths, path, &served_path::path);
    if (row == paths.end())
      return reply(encode_refusal(unknown_path(request.method, path)));
    if (request.method != row->method)
      return reply(encode_refusal(wrong_method(request.method, row->method)));
    if (row->needs_key && !is_authorized(request.headers))
      return reply(encode_refusal(unauthorized()));
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
  static const std::array<served_path, 7> paths;

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
                               reply};
    if (stream)
      options_.system->spawn(stream_relay, std::move(errand));
    else
      options_.system->spawn(reply_relay, std::move(errand));
  }

  void list_models(const wire::http_request&, const transport::http_responder& reply) const {
    wire::http_response response;
    response.headers.add("Content-Type", "application/json");
    response.body = model_list_;
    reply(std::move(response));
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
  std::string model_list_;
  std::atomic<bool> draining_ = false;
};

const std::array<gateway::door::served_path, 7> gateway::door::paths{{
    {"/v1/chat/completions", "POST", true, &door::complete_as<chat_completions_api>},
    {"/v1/responses", "POST", true, &door::complete_as<responses_api>},
    {"/v1/messages", "POST", true, &door::complete_as<messages_api>},
    {"/v1/models", "GET", true, &door::list_models},
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
