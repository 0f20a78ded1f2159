#include "gateway/gateway.hpp"

#include "gateway/admin_api.hpp"
#include "gateway/api.hpp"
#include "gateway/caller.hpp"
#include "gateway/key_gate.hpp"
#include "gateway/reply_relay.hpp"
#include "gateway/stream_relay.hpp"
#include "gateway/trace_echo.hpp"
#include "wire/access/key_text.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>
#include <utility>

namespace spillway::gateway {
namespace {

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

/// What the handler's copies share. Read-only but for a flag and a list that is exchanged whole.
class gateway::door : public std::enable_shared_from_this<door> {
public:
  explicit door(gateway_options options)
      : options_{std::move(options)},
        admin_{{options_.system, options_.reloader,
                [list = list_](const reload_report& r) { list->replace(names_in(r)); },
                options_.keeper, options_.admin_key, options_.wall}} {
    list_->replace(options_.models);
    if (!options_.keeper)
      return;
    gate_ = options_.system->spawn(
        key_gate, key_gate_options{options_.actors.router, options_.keeper, options_.wall});
    options_.actors.router = gate_;
  }

  void on_request(wire::http_request request, const transport::http_responder& reply) const {
    const std::string_view path = path_of(request.target);
    if (admin_api::is_path(path))
      return admin_.on_request(path, request, reply);
    const auto row = std::ranges::find(paths, path, &served_path::path);
    if (row == paths.end())
      return reply(encode_refusal(unknown_path(request.method, path)));
    if (request.method != row->method)
      return reply(encode_refusal(wrong_method(request.method, row->method)));
    if (claims_identity(request.headers))
      return reply(encode_refusal(malformed_request(
          "x-spillway-caller is the gateway's own header; send none")));
    if (!row->needs_key || is_authorized(request.headers))
      return (this->*row->serve)(request, reply);
    serve_key_holder(row->serve, std::move(request), reply);
  }

  void drain() { draining_ = true; }

  void reload(std::function<void(const reload_report&)> then) const {
    admin_.reload([self = shared_from_this(), then = std::move(then)](const reload_report& r) {
      then(r);
    });
  }

private:
  using server = void (door::*)(const wire::http_request&, const transport::http_responder&) const;
  struct served_path {
    std::string_view path;
    std::string_view method;
    bool needs_key;
    server serve;
  };
  static const std::array<served_path, 7> paths;

  /// By a key of the configuration, or because none is asked of anybody. A virtual key is looked at
  /// even then: it has limits of its own.
  bool is_authorized(const wire::http_headers& headers) const {
    const std::string_view given = key_in(headers);
    if (options_.keys.empty() && !options_.keys_required && wire::key_id_in(given).empty())
      return true;
    return std::ranges::any_of(options_.keys,
                               [&](const secret& key) { return is_same_secret(given, key); });
  }

  /// Serves whoever sent a virtual key that the gate knows.
  void serve_key_holder(server serve, wire::http_request request,
                        const transport::http_responder& reply) const {
    const std::string_view given = key_in(request.headers);
    const std::string_view id = wire::key_id_in(given);
    if (!gate_ || id.empty())
      return reply(encode_refusal(unauthorized()));
    identify_caller who{std::string{id}, wire::fingerprint_key(given)};
    const auto held = std::make_shared<wire::http_request>(std::move(request));
    identify(*options_.system, gate_, std::move(who),
             [self = shared_from_this(), serve, held, reply](const caller_identity& whose) {
               if (whose.key.empty())
                 return reply(encode_refusal(unauthorized()));
               note_identity(held->headers, whose);
               ((*self).*serve)(*held, reply);
             });
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

  static std::vector<wire::openai::listed_model> names_in(const reload_report& r) {
    std::vector<wire::openai::listed_model> models;
    for (const callable_name& n : r.names)
      models.push_back({n.name, n.owner});
    return models;
  }

  void list_models(const wire::http_request&, const transport::http_responder& reply) const {
    wire::http_response response;
    response.headers.add("Content-Type", "application/json");
    response.body = *list_->text.load();
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

  /// Exchanged whole when the configuration was read again.
  struct model_list {
    void replace(const std::vector<wire::openai::listed_model>& models) {
      text = std::make_shared<const std::string>(wire::openai::encode_model_list(models));
    }
    std::atomic<std::shared_ptr<const std::string>> text; ///< never null
  };

  gateway_options options_;
  std::shared_ptr<model_list> list_ = std::make_shared<model_list>();
  admin_api admin_;
  key_gate_actor gate_; ///< null: there are no virtual keys
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
  return [d = door_](wire::http_request request, const transport::http_responder& reply) {
    const auto answer = echo_trace(request.headers, reply);
    d->on_request(std::move(request), answer);
  };
}

void gateway::reload(std::function<void(const reload_report&)> then) {
  door_->reload(std::move(then));
}

void gateway::drain() {
  door_->drain();
}

} // namespace spillway::gateway
