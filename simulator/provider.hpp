#pragma once

#include "core/instant.hpp"
#include "simulator/fault_plan.hpp"
#include "simulator/latency.hpp"
#include "simulator/quota.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/scripted_model.hpp"
#include "simulator/statistics.hpp"
#include "transport/http_server.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spillway::simulator {

/// One model the simulated provider serves.
struct model_rules {
  quota_rules quota;
  latency_shape latency;
  /// Input and output together; a larger request is refused with `context_length_exceeded`.
  std::optional<token_count> context_tokens;
  /// The shortest prompt that is cached, where the vendor caches by marks: 512 to 4,096 with
  /// Anthropic, by model. Source: as `prompt_cache`.
  std::optional<token_count> cached_tokens_min = token_count{1'024};
};

/// Requires: `clock` and `schedule` are set.
struct provider_options {
  std::map<std::string, model_rules> models; ///< by name; any other is answered 404
  bool authorization_required = true;        ///< a bearer token, whatever it says
  std::vector<fault_rule> faults;
  script_options script;
  std::uint64_t seed = 1; ///< of latencies, faults and ids
  std::string organization = "org-simulated";
  std::function<instant()> clock; ///< read only inside functions run by `schedule`
  scheduler schedule;
};

/// A stand-in for an OpenAI-like provider: serves POST /v1/chat/completions and /v1/responses,
/// streamed or not, POST /v1/embeddings and GET /v1/models, enforces each model's limits on
/// arrival, and tells them in the vendor's headers and words. Mount `handler()` on a listener
/// (`transport/http_server.hpp`).
///
/// All its state is touched only by functions it gives to the scheduler, so it needs no lock:
/// requests may arrive on any thread, each hops to the scheduler first. The handler and scheduled
/// functions keep the state alive; the provider itself may be destroyed before them.
class provider {
public:
  explicit provider(provider_options options);

  /// May be called from any thread, and be copied.
  transport::http_handler handler() const;

  /// What it has seen so far. Requires: called from a function run by the scheduler, or when the
  /// scheduler runs nothing any more.
  provider_statistics statistics() const;

private:
  class service;
  std::shared_ptr<service> service_;
};

} // namespace spillway::simulator
