#pragma once

#include "core/catalog.hpp"
#include "core/instant.hpp"
#include "core/secret.hpp"
#include "gateway/metrics_relay.hpp"
#include "messages/access.hpp"
#include "messages/reload.hpp"
#include "transport/http_server.hpp"
#include "wire/openai/model_list.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway::gateway {

struct gateway_options {
  caf::actor_system* system = nullptr; ///< outlives the gateway and its handler
  metrics_sources actors;
  std::vector<wire::openai::listed_model> models; ///< models and routes that callers may name
  std::vector<secret> keys;                       ///< of the configuration
  bool keys_required = false; ///< false and no `keys`: anybody may call, also without a key
  key_keeper_actor keeper{};  ///< null: there are no virtual keys
  reloader_actor reloader{};  ///< null: the configuration is not read again
  secret admin_key{};         ///< empty: there is no admin API
  wall_clock wall;
};

/// An OpenAI-compatible server before a runtime: POST /v1/chat/completions, GET /v1/models,
/// /healthz, /readyz and /metrics. The last three ask for no key. Mount `handler()` on a listener.
class gateway {
public:
  explicit gateway(gateway_options options);

  /// May be called from any thread, and be copied.
  transport::http_handler handler() const;

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
