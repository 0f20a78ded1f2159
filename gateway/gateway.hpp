#pragma once

#include "core/catalog.hpp"
#include "core/instant.hpp"
#include "core/secret.hpp"
#include "gateway/metrics_relay.hpp"
#include "messages/access.hpp"
#include "messages/reload.hpp"
#include "transport/http_server.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::gateway {

/// Whom the gateway lets in, beside those with virtual keys.
struct access_rules {
  std::vector<secret> keys;   ///< of the configuration
  bool keys_required = false; ///< false and no `keys`: anybody may call, also without a key
  secret admin_key{};         ///< empty: there is no admin API
};

struct gateway_options {
  caf::actor_system* system = nullptr; ///< outlives the gateway and its handler
  metrics_sources actors;
  std::vector<callable_name> models; ///< models and routes that callers may name
  access_rules access;
  key_keeper_actor keeper{};  ///< null: there are no virtual keys
  reloader_actor reloader{};  ///< null: the configuration is not read again
  /// Called on an actor's thread when the configuration has been read again and taken over: who may
  /// call from now on. Empty: who may call stays.
  std::function<access_rules()> take_over{};
  wall_clock wall;
  bool cache_by_default = false; ///< kept answers do for requests that do not say
};

/// An OpenAI-compatible server before a runtime: POST /v1/chat/completions, GET /v1/models,
/// /healthz, /readyz and /metrics. The last three ask for no key. Mount `handler()` on a listener.
class gateway {
public:
  /// One row of what is served.
  struct route {
    std::string_view method;
    std::string_view path; ///< one that ends in a slash stands for one more name behind it
    bool bills = false;    ///< calls of providers may come of it
  };
  static std::vector<route> routes();

  explicit gateway(gateway_options options);

  /// May be called from any thread, and be copied.
  transport::http_handler handler() const;

  /// How a listener tells peers that it could not read their request: in OpenAI's shape, since
  /// which API they meant is not known.
  std::function<wire::http_response(int status, const std::string& why)> refuser() const;

  /// Reads the configuration again, for new requests; tells `then` on an actor's thread what came
  /// of it. From any thread.
  void reload(std::function<void(const reload_report&)> then);

  /// From now on /readyz says no, and completions are refused. From any thread.
  void drain();

private:
  class door;
  std::shared_ptr<door> door_;
};

} // namespace spillway::gateway
