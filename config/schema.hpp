#pragma once

#include "core/alerts/rule_engine.hpp"
#include "core/bounds.hpp"
#include "core/catalog.hpp"
#include "core/context/strategy.hpp"
#include "core/ids.hpp"
#include "core/money/ledger.hpp"
#include "core/routing/fallback.hpp"
#include "core/routing/ranking.hpp"
#include "core/routing/selection.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the operator asked for, checked and ready for the runtime to wire. Every struct is a plain
/// value; `config/load` makes them, `config/secrets` adds what only the environment may say.
/// docs/CONFIG.md lists the keys of the file. A member's initial value is the default for those who
/// fill the struct in code; the file's defaults are in defaults/spillway.toml.
namespace spillway::config {

/// Whether something is used. `automatic`: if the environment has its keys.
enum class activation { off, on, automatic };

enum class log_level { trace, debug, info, warning, error, off };

const char* to_string(activation a) noexcept;
const char* to_string(log_level level) noexcept;

struct runtime_settings {
  std::size_t io_threads = 0; ///< threads for sockets and actors; 0: one a core
  /// How long a stopping runtime waits for calls in flight.
  duration drain = bounds::drain_default;
};

/// A URL cut into what a connection needs.
struct base_url {
  bool tls = true;
  std::string host; ///< lower case, without brackets for an IPv6 address
  std::uint16_t port = 443;
  std::string path; ///< begins with "/" and does not end with it; empty for the root
  friend bool operator==(const base_url&, const base_url&) = default;
};

/// Bounds on one exchange with an upstream; each is measured on its own, `total` covers all.
struct upstream_timeouts {
  duration connect = std::chrono::seconds{5}; ///< resolve + TCP + TLS
  /// Request written -> first byte of the reply. A reasoning model thinks before its first byte.
  duration first_byte = std::chrono::minutes{2};
  duration idle = std::chrono::seconds{60}; ///< between two reads of the reply
  duration total = std::chrono::minutes{10};
};

/// One credential of a provider.
struct key_settings {
  std::string name = "default"; ///< unique within its provider; never the secret
  /// Environment variables that may hold it; the first one set is used. Empty: none is sent.
  std::vector<std::string> env;
  std::int64_t weight = 1; ///< its share of the calls
  std::string tier;        ///< whose limits hold for it; empty: the provider's

  /// "openai/default".
  key_id id(const provider_id& provider) const { return {provider.value + "/" + name}; }
};

/// One upstream: an account at a vendor, or a server of one's own.
struct provider_settings {
  provider_id id;
  activation enabled = activation::on;
  std::string dialect = "openai"; ///< the wire protocol it speaks
  base_url url;
  std::vector<key_settings> keys{
      {}};             ///< at least one; a server that needs none has one without env
  std::string ca_file; ///< PEM file of roots to trust instead of the system's; empty: the system's
  std::string tier;    ///< whose limits hold; the vendor's name for it: "tier1", "free"
  upstream_timeouts timeouts;
  std::size_t connections_max = bounds::connections_per_endpoint_max;
};

struct routing_settings {
  /// In order of name. Each names 1 to `bounds::candidates_max` models of the catalog, no model
  /// twice; routes that name routes are already spelled out.
  std::vector<routing::route> routes;
  /// Of those, the names of routes that are as the program has them: nobody asked for the models
  /// in them, so what they lack for want of a key is not worth a warning.
  std::vector<std::string> built_in{};
  std::string default_route;           ///< for a request that names no model; one of `routes`
  routing::fallback_policy fallback;   ///< when to wait and when to move on
  routing::selection_policy selection; ///< unknown prices, bound on replies
  duration deadline = bounds::deadline_default; ///< of a request that names none
  routing::worth worth{};                       ///< of quality and time, for the order of models
  /// For a prompt longer than the context of the first model, if its request says nothing.
  context::strategy context_strategy = context::strategy::fallback;
};

struct budget_settings {
  /// IANA zone whose midnight begins a day, a week, a month.
  std::string zone = "UTC";
  std::vector<money::budget_rule> rules;
};

struct langfuse_settings {
  activation enabled = activation::automatic;
  base_url url;
  std::string public_key_env = "LANGFUSE_PUBLIC_KEY";
  std::string secret_key_env = "LANGFUSE_SECRET_KEY";
  /// [a-z0-9_-]{1,40}, not beginning with "langfuse".
  std::string environment = "default";
  std::string release; ///< free text, usually a commit; empty: not sent
  /// Generations in one export; as many pending cause an export at once.
  std::size_t flush_at = bounds::trace_batch_max;
  duration flush_interval = std::chrono::seconds{1}; ///< the longest a generation waits for company
  /// MiB of traces that the journal keeps while Langfuse takes none; beyond it the oldest go.
  std::size_t spool_mib_max = 1024;
  /// Prompt and reply texts leave the process only if the operator says so.
  bool capture_input = false;
  bool capture_output = false;
};

/// Where a server listens.
struct listen_address {
  std::string host = "127.0.0.1"; ///< an IP address, without brackets
  std::uint16_t port = 8080;      ///< 0: any free one
  friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// The OpenAI-compatible server, `spillway serve`.
struct gateway_settings {
  listen_address listen;
  /// Environment variables, each with one key that callers may use. Empty, and no virtual key:
  /// `listen` must be a loopback address.
  std::vector<std::string> keys_env;
  bool key_required = false; ///< also of callers on this machine
  std::string admin_key_env{}; ///< variable with the key of the admin API; empty: there is none
  std::string tls_cert{};    ///< PEM file: the certificate and its chain; empty: no TLS
  std::string tls_key{};     ///< PEM file with its key
  bool access_log = false;   ///< one line of JSON a request on standard output
};

struct journal_settings {
  /// SQLite file of intents and settlements; empty: nothing survives a restart.
  std::string path;
  /// Calls older than this become sums, unless a window or an open period needs them one by one.
  duration keep = std::chrono::hours{24 * 40};
};

/// Answers that are kept for who asks the same again.
struct cache_settings {
  bool by_default = false; ///< also for requests that do not ask for it
  duration keep_for = std::chrono::hours{1};
  std::size_t mib_max = 64; ///< 0: none are kept, whatever a request says
  bool shared = false;      ///< over teams and keys
};

enum class alert_target_kind { webhook, slack, pagerduty, langfuse };

const char* to_string(alert_target_kind kind) noexcept;

/// Where notices go, besides the log.
struct alert_target_settings {
  std::string name;
  alert_target_kind kind = alert_target_kind::webhook;
  /// The path may have a query. An empty host: of PagerDuty's own address, or by `url_env`.
  base_url url{true, {}, 443, {}};
  std::string url_env;         ///< variable with the URL, where it is itself a credential
  std::string secret_env;      ///< variable with the key that signs a webhook; empty: unsigned
  std::string routing_key_env; ///< variable with PagerDuty's integration key
  alert_severity least = alert_severity::notice; ///< of what it hears
  bool allow_private = false; ///< whether its address may be within our own network
  std::string ca_file;        ///< as in `provider_settings`
};

struct alert_settings {
  alerts::rule_engine::options rules;
  std::vector<int> budget_levels{50, 80, 95, 100}; ///< percentages of a limit, ascending
  std::string source; ///< names this instance to targets; empty: the host's name
  std::vector<alert_target_settings> targets; ///< in order of name
};

struct settings {
  runtime_settings runtime;
  log_level level = log_level::info;
  /// In order of id. Those whose `enabled` is `off` are left out, and so are their models.
  std::vector<provider_settings> providers;
  /// In order of id: enabled models of `providers` that the provider's tier offers.
  std::vector<model_entry> models;
  routing_settings routing;
  budget_settings budget;
  langfuse_settings langfuse;
  journal_settings journal;
  gateway_settings gateway;
  cache_settings cache;
  alert_settings alerts;
  /// What is odd but allowed, for the log at start.
  std::vector<std::string> warnings;
};

} // namespace spillway::config
