#pragma once

#include "core/alerts/finding.hpp"
#include "core/units.hpp"

#include <cstdint>
#include <string>

namespace spillway::alerts {

enum class notice_kind {
  trigger, ///< something began, happened, or is still so after a long time
  resolve, ///< it is over
  digest,  ///< several at once, because there were too many
  test,    ///< asked for by `spillway alerts test`
};

const char* to_string(notice_kind kind) noexcept;

/// One message to people, before it is put into the words of a target.
struct notice {
  notice_kind kind = notice_kind::trigger;
  finding what;
  wall_time at{};         ///< when it was decided
  wall_time since{};      ///< when it began
  std::int64_t count = 1; ///< how often it was found since the last notice of it
};

/// "warning: rate_limited_by_provider: gpt-4o: what, and what to do": one line of a log.
std::string line_of(const notice& n);

/// The text by which receivers know that two notices are about the same: rule, subject and period.
/// At most `bounds::alert_key_bytes_max` bytes.
std::string dedup_key(const notice& n);

} // namespace spillway::alerts
