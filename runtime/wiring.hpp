#pragma once

#include "actors/alert_sink.hpp"
#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/instant.hpp"
#include "core/result.hpp"
#include "messages/access.hpp"
#include "messages/private_handles.hpp"
#include "messages/reload.hpp"
#include "runtime/supervision.hpp"
#include "transport/http_client.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spillway::storage {
class alert_store;
class key_store;
class journal;
} // namespace spillway::storage

namespace spillway::runtime {

/// What one HTTP client is for.
struct http_client_needs {
  std::string ca_file; ///< empty: the system's
  std::size_t connections_max = 1;
  bool public_only = false; ///< it must not reach into our own network
};

/// Makes the HTTP client of one upstream; tests give their own.
using http_client_factory =
    std::function<result<std::shared_ptr<transport::http_client>>(const http_client_needs&)>;

struct wiring_options {
  config::settings settings; ///< completed by `config::read_environment`
  config::secrets secrets;
  http_client_factory make_http;
  std::shared_ptr<storage::journal> journal;         ///< null: nothing survives a restart
  std::shared_ptr<storage::alert_store> alert_store; ///< likewise of alerts; used with a journal
  std::shared_ptr<storage::key_store> key_store;     ///< null: there are no virtual keys
  /// The configuration as it is now, completed; empty: it is not read again.
  std::function<result<config::settings>()> reread;
  bool journal_detached = true;                      ///< false only where time is virtual
  wall_clock wall;
  std::uint64_t seed = 0; ///< of jitter and trace ids
  actors::alert_receiver on_alert;
  std::function<void(std::string reason)> on_give_up;
};

/// The actors of one runtime.
struct runtime_actors {
  router_self router;
  budget_self budget;
  langfuse_batcher_actor traces;
  alert_sink_self alerts;
  journal_actor journal; ///< null without a journal
  std::vector<alert_target> alert_targets;
  trace_spool_actor spool; ///< keeps traces in memory where there is no journal; else null
  answer_keeper_actor answers; ///< keeps none if the settings say so
  key_keeper_actor keys; ///< of the gateway's callers; null without a key store
  reloader_actor reloader; ///< null if the configuration is not read again
  supervisor_actor supervisor;
  std::vector<supervised_target> targets; ///< as first spawned, in order of the catalog
};

/// Spawns the actors of a runtime in any actor system, under any scheduler, and wires them: the way
/// in for a host that has a system of its own. With a journal, windows and budgets begin where the
/// last run left them, and calls that it never settled count in full.
/// Errors: no usable provider, an unknown dialect, an unusable CA file or journal.
result<runtime_actors> wire_actors(caf::actor_system& system, wiring_options options);

/// Ends the actors; the journal last, so that it writes what the others still send. Blocks; not for
/// actors or I/O threads.
void stop_actors(caf::actor_system& system, const runtime_actors& actors);

} // namespace spillway::runtime
