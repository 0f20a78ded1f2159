#include "gateway/gateway.hpp"

#include "core/tokens/estimator.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/api.hpp"
#include "gateway/caller.hpp"
#include "gateway/explain_log.hpp"
#include "gateway/json_reply.hpp"
#include "gateway/key_gate.hpp"
#include "gateway/question_relay.hpp"
#include "gateway/reply_keeper.hpp"
#include "gateway/reply_name.hpp"
#include "gateway/reply_relay.hpp"
#include "gateway/stream_relay.hpp"
#include "gateway/trace_echo.hpp"
#include "wire/access/key_text.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/count_reply.hpp"
#include "wire/anthropic/model_list.hpp"
#include "wire/digest.hpp"
#include "wire/openai/model_list.hpp"
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

wire::http_response text_reply(int status, std::string text) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

} // namespace

/// What the handler's copies share. Read-only but for a flag and what is exchanged whole.
class gateway::door : public std::enable_shared_from_this<door> {
public:
  explicit door(gateway_options options)
      : options_{std::move(options)},
        access_{std::make_shared<access_now>(std::move(options_.access))},
        admin_{{options_.system, options_.reloader,
                [list = list_, access = access_,
                 take_over = options_.take_over](const reload_report& r) {
                  list->replace(r.names);
                  if (take_over)
                    access->replace(take_over());
                },
                options_.actors.router, options_.keeper,
                [access = access_] { return access->now.load()->admin_key; },
                options_.wall}},
        names_{std::make_shared<reply_names>(static_cast<std::uint64_t>(
            options_.wall(options_.system->clock().now()).time_since_epoch().count()))} {
    list_->replace(options_.models);
    replies_ = options_.system->spawn(reply_keeper, options_.actors.router);
    explained_ = options_.system->spawn(explain_log, options_.actors.router);
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
    const auto row = std::ranges::find_if(
        paths, [&](const served_path& p) { return matches(p.path, path); });
    const api& spoken = spoken_by(request.headers);
    if (row == paths.end())
      return reply(spoken.refuse(unknown_path(request.method, path)));
    // What asks by HEAD, as monitors do, asks for the same without its body.
    const bool looks_only = request.method == "HEAD" && row->method == "GET";
    if (request.method != row->method && !looks_only)
      return reply(spoken.refuse(wrong_method(request.method, row->method)));
    if (claims_identity(request.headers))
      return reply(spoken.refuse(malformed_request(
          "x-spillway-caller is the gateway's own header; send none")));
    if (!row->needs_key || is_authorized(request.headers))
      return (this->*row->serve)(request, reply);
    serve_key_holder(row->serve, std::move(request), reply);
  }

  void drain() { draining_ = true; }

  const std::shared_ptr<reply_names>& names() const { return names_; }

  void reload(std::function<void(const reload_report&)> then) const {
    admin_.reload([self = shared_from_this(), then = std::move(then)](const reload_report& r) {
      then(r);
    });
  }

  static std::vector<route> routes() {
    std::vector<route> out;
    for (const served_path& p : paths)
      out.push_back({p.method, p.path, p.bills});
    return out;
  }

private:
  using server = void (door::*)(const wire::http_request&, const transport::http_responder&) const;
  struct served_path {
    std::string_view path;
    std::string_view method;
    bool needs_key;
    server serve;
    bool bills = false;
  };
  static const std::array<served_path, 12> paths;

  /// By a key of the configuration, or because none is asked of anybody. A virtual key is looked at
  /// even then: it has limits of its own.
  bool is_authorized(const wire::http_headers& headers) const {
    const std::string_view given = key_in(headers);
    const auto access = access_->now.load();
    if (access->keys.empty() && !access->keys_required && wire::key_id_in(given).empty())
      return true;
    return std::ranges::any_of(access->keys,
                               [&](const secret& key) { return is_same_secret(given, key); });
  }

  /// Serves whoever sent a virtual key that the gate knows.
  void serve_key_holder(server serve, wire::http_request request,
                        const transport::http_responder& reply) const {
    const std::string_view given = key_in(request.headers);
    const std::string_view id = wire::key_id_in(given);
    const api* const spoken = &spoken_by(request.headers);
    if (!gate_ || id.empty())
      return reply(spoken->refuse(unauthorized()));
    identify_caller who{std::string{id}, wire::fingerprint_key(given)};
    const auto held = std::make_shared<wire::http_request>(std::move(request));
    identify(*options_.system, gate_, std::move(who),
             [self = shared_from_this(), serve, held, reply,
              spoken](const caller_identity& whose) {
               if (whose.key.empty())
                 return reply(spoken->refuse(unauthorized()));
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
    const bool looks_for_kept = prepare_for_kept(request, call->request);
    reply_relay_options errand{options_.actors.router, options_.wall, &spoken, std::move(*call),
                               reply, explained_, looks_for_kept};
    if (request.headers.contains("Idempotency-Key"))
      serve_by_name(request, std::move(errand));
    else if (stream)
      options_.system->spawn(stream_relay, std::move(errand));
    else
      options_.system->spawn(reply_relay, std::move(errand));
  }

  /// True if a kept answer would do. Callers with different keys of the configuration get none of
  /// each other's, and wait in turns of their own.
  bool prepare_for_kept(const wire::http_request& request, run_completion& asked) const {
    using answers::cache_use;
    const bool looks = options_.actors.answers
                       && (asked.cache == cache_use::on
                           || (asked.cache == cache_use::standard && options_.cache_by_default));
    if (const auto key = key_in(request.headers); asked.labels.key.empty() && !key.empty())
      asked.cache_owner = wire::sha256_hex(key);
    return looks;
  }

  /// Whose virtual key a request came by; empty: the operator's own.
  static std::string owner_of(const wire::http_headers& headers) {
    call_labels labels;
    read_identity(headers, labels);
    return labels.key;
  }

  void serve_by_name(const wire::http_request& request, reply_relay_options errand) const {
    const std::string owner = owner_of(request.headers);
    serve_once m;
    m.request.name = (owner.empty() ? wire::sha256_hex(key_in(request.headers)) : owner) + ' '
                     + std::string{path_of(request.target)} + ' '
                     + std::string{request.headers.find("Idempotency-Key")};
    m.request.fingerprint = wire::sha256_hex(request.body);
    m.spoken = errand.spoken;
    m.caller = errand.reply;
    m.streamed = errand.call.stream;
    m.serve = [system = options_.system, errand](transport::http_responder reply) mutable {
      if (errand.call.stream) {
        errand.copy = std::move(reply);
        system->spawn(stream_relay, std::move(errand));
      } else {
        errand.reply = std::move(reply);
        system->spawn(reply_relay, std::move(errand));
      }
    };
    caf::anon_send(replies_, std::move(m));
  }

  static bool may_name(const std::vector<std::string_view>& allowed, std::string_view model) {
    return allowed.empty() || std::ranges::find(allowed, model) != allowed.end();
  }

  /// Of a virtual key those that it may name.
  void list_models(const wire::http_request& request,
                   const transport::http_responder& reply) const {
    auto now = list_->now.load();
    const auto allowed = allowed_targets(request.headers);
    if (!allowed.empty()) {
      auto models = now->models;
      std::erase_if(models, [&](const auto& m) { return !may_name(allowed, m.id); });
      now = model_list::write(std::move(models));
    }
    reply(json_reply(200, speaks_anthropic(request.headers) ? now->as_anthropic : now->as_openai));
  }

  void tell_model(const wire::http_request& request, const transport::http_responder& reply) const {
    const std::string_view id = path_of(request.target).substr(models_path.size());
    const auto now = list_->now.load();
    const auto m = std::ranges::find(now->models, id, &wire::openai::listed_model::id);
    if (m == now->models.end() || !may_name(allowed_targets(request.headers), id))
      return reply(spoken_by(request.headers).refuse(unknown_model(id)));
    reply(json_reply(200, speaks_anthropic(request.headers)
                         ? wire::anthropic::encode_model({m->id, m->id})
                         : wire::openai::encode_model(*m)));
  }

  void explain(const wire::http_request& request, const transport::http_responder& reply) const {
    std::string name{path_of(request.target).substr(explain_path.size())};
    options_.system->spawn(explain_relay,
                           explain_question{explained_, std::move(name), owner_of(request.headers),
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
                                    return wire::encode_plan(m.status, m.reason, m.plan,
                                                              m.prompt);
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
                                    const token_count counted =
                                        m.plan.models.empty() ? token_count{}
                                                              : m.plan.models.front().input_likely;
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

  /// What may be called. Exchanged whole when the configuration was read again.
  struct model_list {
    struct texts {
      std::vector<wire::openai::listed_model> models;
      std::string as_openai;
      std::string as_anthropic;
    };

    static std::shared_ptr<const texts> write(std::vector<wire::openai::listed_model> models) {
      std::vector<wire::anthropic::listed_model> same;
      for (const wire::openai::listed_model& m : models)
        same.push_back({m.id, m.id});
      auto written = std::make_shared<texts>();
      written->as_openai = wire::openai::encode_model_list(models);
      written->as_anthropic = wire::anthropic::encode_model_list(same);
      written->models = std::move(models);
      return written;
    }
    void replace(const std::vector<callable_name>& names) {
      std::vector<wire::openai::listed_model> models;
      for (const callable_name& n : names)
        models.push_back({n.name, n.owner});
      now = write(std::move(models));
    }
    std::atomic<std::shared_ptr<const texts>> now; ///< never null
  };

  /// Who may call. Exchanged whole, likewise.
  struct access_now {
    explicit access_now(access_rules rules) { replace(std::move(rules)); }
    void replace(access_rules rules) {
      now = std::make_shared<const access_rules>(std::move(rules));
    }
    std::atomic<std::shared_ptr<const access_rules>> now; ///< never null
  };

  gateway_options options_;
  std::shared_ptr<model_list> list_ = std::make_shared<model_list>();
  std::shared_ptr<access_now> access_;
  admin_api admin_;
  std::shared_ptr<reply_names> names_;
  explain_log_actor explained_;
  reply_keeper_actor replies_;
  key_gate_actor gate_; ///< null: there are no virtual keys
  std::atomic<bool> draining_ = false;
};

const std::array<gateway::door::served_path, 12> gateway::door::paths{{
    {"/v1/chat/completions", "POST", true, &door::complete_as<chat_completions_api>, true},
    {"/v1/responses", "POST", true, &door::complete_as<responses_api>, true},
    {"/v1/messages", "POST", true, &door::complete_as<messages_api>, true},
    {"/v1/embeddings", "POST", true, &door::complete_as<embeddings_api>, true},
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
  return [d = door_](wire::http_request request, const transport::http_responder& reply) {
    const auto answer = with_name(d->names(), echo_trace(request.headers, reply));
    d->on_request(std::move(request), answer);
  };
}

std::function<wire::http_response(int, const std::string&)> gateway::refuser() const {
  return [names = door_->names()](int status, const std::string& why) {
    wire::http_response response = encode_refusal(unread_request(status, why));
    name_reply(response.headers, *names);
    return response;
  };
}

void gateway::reload(std::function<void(const reload_report&)> then) {
  door_->reload(std::move(then));
}

std::vector<gateway::route> gateway::routes() {
  return door::routes();
}

void gateway::drain() {
  door_->drain();
}

} // namespace spillway::gateway
