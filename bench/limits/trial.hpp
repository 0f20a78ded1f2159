#pragma once

#include "bench/limits/client.hpp"
#include "simulator/usage_window.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// Times what the quota allows.
inline constexpr double offered_load = 2.0;

/// The quotas of the table.
const std::vector<quota_case>& quota_cases();

/// What one client got out of one provider.
struct trial_result {
  std::string client;
  std::string provider; ///< how it counts: "sliding_window", "token_bucket", "calendar_minute"
  std::string quota;
  std::int64_t offered = 0; ///< calls that came, whatever became of them
  std::int64_t sent = 0;
  std::int64_t rate_limited = 0; ///< of `sent`
  double use_ratio = 0;          ///< admitted of what the quota allows, after the start
  std::optional<double> wait_error_p99_s = std::nullopt; ///< absent: the client promises no waits

  double rate_limited_ratio() const noexcept {
    return sent == 0 ? 0 : static_cast<double>(rate_limited) / static_cast<double>(sent);
  }
};

std::string provider_name(spillway::simulator::window_kind kind);

using client_factory = std::function<std::unique_ptr<client>(const quota_case&)>;

/// Runs a client against a simulated provider on virtual time, once for each seed, and adds the
/// runs up. Equal arguments give equal results. Requires: at least one seed.
trial_result run_trial(const std::string& client_name, const client_factory& make,
                       spillway::simulator::window_kind kind, const quota_case& quota,
                       std::span<const std::uint64_t> seeds);

} // namespace bench
