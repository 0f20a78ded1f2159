#include "gateway/admin_api.hpp"

#include "gateway/caller.hpp"
#include "gateway/json_reply.hpp"
#include "gateway/refusal.hpp"
#include "wire/access/key_json.hpp"
#include "wire/access/key_text.hpp"
#include "wire/access/reload_json.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spillway::gateway {
namespace {

constexpr std::string_view keys_path = "/admin/keys";
constexpr std::string_view reload_path = "/admin/reload";
constexpr std::string_view rotation = "/rotate";

/// The text of a key may be in it.
wire::http_response private_reply(int status, std::string body) {
  wire::http_response response = json_reply(status, std::move(body));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

refusal unavailable() {
  return {503,
          {"the keeper of virtual keys has stopped", "server_error", "shutting_down", ""}};
}

/// Asks `whom` and answers with what `encode` makes of it and of the time.
template <class Reply, class Command, class Encode>
void ask(const admin_api_options& o, Command command, const transport::http_responder& reply,
         Encode encode) {
  o.system->spawn([=, whom = o.keeper, wall = o.wall](caf::event_based_actor* self) {
    self->request(whom, caf::infinite, command)
        .then([=](const Reply& r) { reply(encode(r, wall(self->clock().now()))); },
              [=](const caf::error&) { reply(encode_refusal(unavailable())); });
  });
}

refusal not_found(const std::string& why) {
  return {404, {why, "invalid_request_error", "key_not_found", ""}};
}

refusal no_chance(const error& why) {
  return {503, {why.message, "server_error", "", ""}};
}

refusal not_done(const std::string& why) {
  return {409, {why, "invalid_request_error", "key_unchanged", ""}};
}

/// Asks a router about each of `names` in turn, and then calls `then` with what it says of the
/// first that is no model or route; empty: all are.
class name_check : public std::enable_shared_from_this<name_check> {
public:
  name_check(router_actor router, std::vector<std::string> names,
             std::function<void(const std::string&)> then)
      : router_{std::move(router)}, names_{std::move(names)}, then_{std::move(then)} {}

  void ask_next(caf::event_based_actor* self) {
    if (names_.empty())
      return then_({});
    plan_completion question;
    question.request.target = std::exchange(names_.back(), {});
    names_.pop_back();
    auto chat = std::make_shared<chat_request>();
    chat->messages.emplace_back();
    question.request.chat = std::move(chat);
    self->request(router_, caf::infinite, std::move(question))
        .then(
            [self, me = shared_from_this()](const completion_plan& p) {
              if (p.status == completion_status::unknown_target)
                me->then_(p.reason);
              else
                me->ask_next(self);
            },
            [me = shared_from_this()](const caf::error&) { me->then_("the runtime stopped"); });
  }

private:
  router_actor router_;
  std::vector<std::string> names_;
  std::function<void(const std::string&)> then_;
};

} // namespace

void admin_api::on_request(std::string_view path, const wire::http_request& request,
                           const transport::http_responder& reply) const {
  const secret key = options_.key();
  if (key.empty())
    return reply(encode_refusal(forbidden("the admin API is off; name the variable with its key in "
                                          "gateway.admin_key_env")));
  if (!is_same_secret(key_in(request.headers), key))
    return reply(encode_refusal(unauthorized()));
  if (path == keys_path || path.starts_with(std::string{keys_path} + "/"))
    return serve_keys(path.substr(keys_path.size()), request, reply);
  if (path == reload_path)
    return serve_reload(request, reply);
  reply(encode_refusal(unknown_path(request.method, path)));
}

void admin_api::reload(std::function<void(const reload_report&)> then) const {
  reload_report none;
  none.refused = "this gateway has no configuration file to read again";
  if (!options_.reloader)
    return then(none);
  options_.system->spawn([whom = options_.reloader, tell = options_.on_reloaded,
                          then = std::move(then)](caf::event_based_actor* self) {
    self->request(whom, caf::infinite, reload_configuration{})
        .then(
            [=](const reload_report& r) {
              if (r.refused.empty() && tell)
                tell(r);
              then(r);
            },
            [=](const caf::error&) {
              reload_report gone;
              gone.refused = "the gateway is stopping";
              then(gone);
            });
  });
}

void admin_api::serve_reload(const wire::http_request& request,
                             const transport::http_responder& reply) const {
  if (request.method != "POST")
    return reply(encode_refusal(wrong_method(request.method, "POST")));
  reload([reply](const reload_report& r) {
    reply(r.refused.empty()
              ? private_reply(200, wire::encode_reload(r.applied, r.after_restart, r.warnings))
              : encode_refusal({422, {r.refused, "invalid_request_error", "configuration", ""}}));
  });
}

void admin_api::serve_keys(std::string_view rest, const wire::http_request& request,
                           const transport::http_responder& reply) const {
  if (!options_.keeper)
    return reply(encode_refusal(forbidden("virtual keys are kept beside the journal, and there is "
                                          "none; set journal.path")));
  if (rest.empty()) {
    if (request.method == "GET")
      return list(reply);
    if (request.method == "POST")
      return create(request, reply);
    return reply(encode_refusal(wrong_method(request.method, "GET, POST")));
  }
  rest.remove_prefix(1);
  const bool rotates = rest.ends_with(rotation);
  const std::string_view allowed = rotates ? "POST" : "DELETE";
  if (request.method != allowed)
    return reply(encode_refusal(wrong_method(request.method, allowed)));
  if (rotates)
    return rotate(std::string{rest.substr(0, rest.size() - rotation.size())}, reply);
  revoke(std::string{rest}, reply);
}

void admin_api::list(const transport::http_responder& reply) const {
  ask<key_list>(options_, list_keys{}, reply, [](const key_list& r, wall_time now) {
    return r.failed.empty() ? private_reply(200, wire::encode_keys(r.keys, now))
                            : encode_refusal({503, {r.failed, "server_error", "", ""}});
  });
}

void admin_api::create(const wire::http_request& request,
                       const transport::http_responder& reply) const {
  auto key = wire::decode_key_wish(request.body);
  if (!key)
    return reply(encode_refusal(malformed_request(key.failure().message)));
  if (!key->is_live(options_.wall(options_.system->clock().now())))
    return reply(encode_refusal(malformed_request("expires_at must be later than now")));
  // A key for a model that is mistyped would open nothing, and nobody would see why.
  options_.system->spawn([api = *this, key = std::move(*key), reply](caf::event_based_actor* self) {
    const auto checked = [api, key, reply](const std::string& unknown) {
      if (unknown.empty())
        api.mint(key, reply);
      else
        reply(encode_refusal(malformed_request("models must be models or routes: " + unknown)));
    };
    std::make_shared<name_check>(api.options_.router, key.targets, checked)->ask_next(self);
  });
}

void admin_api::mint(access::virtual_key key, const transport::http_responder& reply) const {
  auto minted = wire::mint_key();
  if (!minted)
    return reply(encode_refusal(no_chance(minted.failure())));
  key.id = minted->id;
  key.salt = minted->salt;
  key.digest = minted->digest;
  ask<key_change>(options_, create_key{std::move(key)}, reply,
                  [text = minted->text](const key_change& r, wall_time now) {
                    return r.refused.empty()
                               ? private_reply(201, wire::encode_key(r.key, now, text))
                               : encode_refusal(not_done(r.refused));
                  });
}

void admin_api::revoke(std::string id, const transport::http_responder& reply) const {
  ask<key_change>(options_, revoke_key{std::move(id)}, reply,
                  [](const key_change& r, wall_time now) {
                    return r.refused.empty() ? private_reply(200, wire::encode_key(r.key, now))
                                             : encode_refusal(not_found(r.refused));
                  });
}

void admin_api::rotate(std::string id, const transport::http_responder& reply) const {
  auto minted = wire::mint_key(id);
  if (!minted)
    return reply(encode_refusal(no_chance(minted.failure())));
  ask<key_change>(options_, rotate_key{std::move(id), minted->salt, minted->digest}, reply,
                  [text = minted->text](const key_change& r, wall_time now) {
                    return r.refused.empty()
                               ? private_reply(200, wire::encode_key(r.key, now, text))
                               : encode_refusal(not_found(r.refused));
                  });
}

} // namespace spillway::gateway
