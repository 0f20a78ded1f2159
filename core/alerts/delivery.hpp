#pragma once

#include "core/alerts/notice.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace spillway::alerts {

/// A notice on its way to targets. `id` is never used again, so that a receiver can tell a notice
/// that comes twice from a second one.
struct numbered_notice {
  std::uint64_t id = 0;
  std::shared_ptr<const notice> what;
};

/// What became of one attempt at delivery.
enum class delivery_attempt {
  taken,
  failed,  ///< it may be taken later
  refused, ///< this notice never will be
};

/// What a target said to one attempt.
struct delivery_verdict {
  delivery_attempt attempt = delivery_attempt::taken;
  std::string detail; ///< for people: what it answered, and what to do about it
  std::optional<duration> retry_after;
};

/// What came of a test of one target.
struct delivery_trial {
  std::string target;
  std::string kind; ///< "slack"
  bool delivered = false;
  int http_status = 0; ///< 0: there was no answer
  std::string detail;  ///< for people
};

/// By the status of an HTTP answer. Only what is wrong with the body itself is refused for good: a
/// credential or an address may be put right while the notice waits.
delivery_attempt judge_delivery(int http_status) noexcept;

/// For the operator of a target that answered so: what it means and what to do. Requires: not 2xx.
std::string advice_on(int http_status);

/// How a delivery ended.
enum class delivery_end {
  delivered,
  refused,   ///< the target does not take it
  given_up,  ///< too old, or too many wait; or a test that failed
  postponed, ///< we stop; it is tried again after the next start
};

const char* to_string(delivery_end end) noexcept;

/// The subject of what is found about a target itself; the target does not hear of it.
std::string subject_of_target(const std::string& name);

} // namespace spillway::alerts
