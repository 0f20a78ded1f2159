#pragma once

#include "bench/limits/workload.hpp"
#include "core/ids.hpp"
#include "core/instant.hpp"
#include "core/rate/observed_limits.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A call that may leave now, and how long its client had said it would wait.
struct started_call {
  spillway::lease_id id;
  std::optional<spillway::duration> promised; ///< absent: the client promises nothing
};

/// A way to keep a limit: holds calls back until it believes the provider will take them.
class client {
public:
  virtual ~client() = default;

  /// A caller comes. False if too many wait: it goes elsewhere.
  virtual bool offer(spillway::lease_id id, const offered_call& c, spillway::instant now) = 0;
  /// The calls that leave now.
  virtual std::vector<started_call> start_ready(spillway::instant now) = 0;
  /// When to ask again, if anything waits.
  virtual std::optional<spillway::mono_time> next_due(spillway::instant now) = 0;

  virtual void on_head(spillway::lease_id id, const spillway::rate::observed_limits& seen,
                       spillway::instant now) = 0;
  virtual void on_end(spillway::lease_id id, const offered_call& c, spillway::instant now) = 0;
  /// The provider refused it (429) and asks to wait so long.
  virtual void on_refusal(spillway::lease_id id, const spillway::rate::observed_limits& seen,
                          spillway::duration retry_after, spillway::instant now) = 0;
};

/// Ours: `core/rate/admission` and `core/rate/fair_queue`, as the limiter actor drives them.
std::unique_ptr<client> make_spillway_client(const quota_case& quota);

/// The names of the algorithms that other gateways use.
const std::vector<std::string>& comparison_clients();
/// Requires: one of `comparison_clients()`.
std::unique_ptr<client> make_comparison_client(const std::string& name, const quota_case& quota);

} // namespace bench
