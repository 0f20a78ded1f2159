#pragma once

#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"
#include "simulator/provider.hpp"
#include "simulator/trace_receiver.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace spillway::runtime {

/// Lays a handler around another, to see or change what passes.
using handler_wrapper = std::function<transport::http_handler(transport::http_handler)>;

struct local_world_options {
  simulator::window_kind window = simulator::window_kind::sliding;
  simulator::latency_shape latency;
  std::vector<simulator::fault_rule> faults;
  std::uint64_t seed = 1;
  handler_wrapper around_provider; ///< called on the world's only thread; empty: none
  handler_wrapper around_receiver; ///< likewise
};

/// A provider and a Langfuse to talk to without keys and without leaving the machine: simulated,
/// but over real HTTP on loopback, on a thread of its own. The provider enforces the very limits
/// that the settings say it has.
class local_world {
public:
  /// Begins to serve every model of `settings`, and points its providers and Langfuse here.
  /// Errors: no port to listen on.
  static result<std::unique_ptr<local_world>> start(config::settings& settings,
                                                    local_world_options options);
  ~local_world();

  /// Points the providers and Langfuse of `settings` here, and takes all other targets of alerts
  /// away; models that are new are not served.
  void redirect(config::settings& settings) const;

  /// An environment in which every key is set, to be read in place of the process's.
  static config::environment environment();

  simulator::provider_statistics provider() const;
  simulator::trace_counts traces() const;

private:
  struct state;
  explicit local_world(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

} // namespace spillway::runtime
