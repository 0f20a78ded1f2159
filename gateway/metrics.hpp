#pragma once

#include "messages/private_handles.hpp"

#include <string>
#include <vector>

namespace spillway::gateway {

/// The state of a runtime as its actors told it; parts of actors that have gone stay empty.
struct metrics {
  router_status router;
  std::vector<limiter_status> limiters;
  budget_status budget;
  trace_status traces;
  answers_status answers;
};

/// Prometheus' text. docs/OPERATIONS.md lists the families.
std::string encode_metrics(const metrics& m);

} // namespace spillway::gateway
