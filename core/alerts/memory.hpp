#pragma once

#include "core/alerts/delivery.hpp"
#include "core/alerts/incident.hpp"

#include <string>
#include <vector>

/// What of the alerts survives a restart.
namespace spillway::alerts {

/// A notice and the targets that have not taken it yet.
struct undelivered_notice {
  numbered_notice notice;
  std::vector<std::string> targets;
};

/// One target has taken a notice, or never will.
struct settled_delivery {
  std::uint64_t notice = 0;
  std::string target;
};

/// All that is remembered.
struct memory {
  std::vector<incident> incidents;
  std::vector<undelivered_notice> undelivered; ///< in order of their ids
};

/// What has changed in it. `forgotten` comes first: what is in both is remembered.
struct memory_change {
  std::vector<finding_key> forgotten;
  std::vector<incident> incidents;
  std::vector<undelivered_notice> queued;
  std::vector<settled_delivery> settled;

  bool empty() const noexcept {
    return forgotten.empty() && incidents.empty() && queued.empty() && settled.empty();
  }
};

} // namespace spillway::alerts
