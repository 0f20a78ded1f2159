#pragma once

#include "core/instant.hpp"
#include "core/secret.hpp"
#include "messages/access.hpp"
#include "messages/handles.hpp"
#include "messages/reload.hpp"
#include "transport/http_server.hpp"
#include "wire/http_message.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace spillway::gateway {

struct admin_api_options {
  caf::actor_system* system = nullptr; ///< outlives the API
  reloader_actor reloader; ///< null: the configuration is not read again
  std::function<void(const reload_report&)> on_reloaded; ///< of each that was taken over
  router_actor router;     ///< knows which models and routes there are
  key_keeper_actor keeper;             ///< null: there are no virtual keys, for want of a journal
  std::function<secret()> key; ///< as it is now; an empty one: the API is off
  wall_clock wall;
};

/// What operators may ask of a running gateway, all of it with the admin key:
///
/// | | |
/// |---|---|
/// | GET /admin/keys | the virtual keys |
/// | POST /admin/keys | one more; its text is told this once |
/// | DELETE /admin/keys/{id} | ends it, at once |
/// | POST /admin/keys/{id}/rotate | another text for it; the old one ends at once |
/// | POST /admin/reload | reads the configuration again, for new requests |
class admin_api {
public:
  explicit admin_api(admin_api_options options) : options_{std::move(options)} {}

  static bool is_path(std::string_view path) { return path.starts_with("/admin/"); }

  /// Requires: `path`, that of the request without its query, is one of ours.
  void on_request(std::string_view path, const wire::http_request& request,
                  const transport::http_responder& reply) const;

  /// Reads the configuration again and tells `then` what came of it, on an actor's thread.
  void reload(std::function<void(const reload_report&)> then) const;

private:
  void mint(access::virtual_key key, const transport::http_responder& reply) const;
  void serve_reload(const wire::http_request& request,
                    const transport::http_responder& reply) const;
  void list(const transport::http_responder& reply) const;
  void create(const wire::http_request& request, const transport::http_responder& reply) const;
  void revoke(std::string id, const transport::http_responder& reply) const;
  void rotate(std::string id, const transport::http_responder& reply) const;
  void serve_keys(std::string_view rest, const wire::http_request& request,
                  const transport::http_responder& reply) const;

  admin_api_options options_;
};

} // namespace spillway::gateway
