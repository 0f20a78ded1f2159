#include "simulator/fault_plan.hpp"

#include "core/assert.hpp"

namespace spillway::simulator {

const char* to_string(fault_kind kind) noexcept {
  switch (kind) {
    case fault_kind::rate_limited: return "rate_limited";
    case fault_kind::quota_exhausted: return "quota_exhausted";
    case fault_kind::server_error: return "server_error";
    case fault_kind::overloaded: return "overloaded";
    case fault_kind::unauthorized: return "unauthorized";
    case fault_kind::model_not_found: return "model_not_found";
    case fault_kind::context_too_long: return "context_too_long";
    case fault_kind::error_in_ok: return "error_in_ok";
    case fault_kind::truncated_body: return "truncated_body";
    case fault_kind::error_in_stream: return "error_in_stream";
    case fault_kind::stalled_stream: return "stalled_stream";
    case fault_kind::stall: return "stall";
    case fault_kind::reset: return "reset";
    case fault_kind::garbage: return "garbage";
  }
  return "?";
}

bool counts_as_served(fault_kind kind) noexcept {
  switch (kind) {
    case fault_kind::truncated_body:
    case fault_kind::error_in_stream:
    case fault_kind::stalled_stream:
    case fault_kind::stall:
    case fault_kind::reset:
    case fault_kind::garbage: return true;
    default: return false;
  }
}

fault_plan::fault_plan(std::vector<fault_rule> rules, std::uint64_t seed) : chance_{seed} {
  rules_.reserve(rules.size());
  for (fault_rule& rule : rules) {
    SPILLWAY_ASSERT(rule.probability >= 0 && rule.probability <= 1);
    SPILLWAY_ASSERT(rule.first >= 1 && (rule.last == 0 || rule.last >= rule.first));
    rules_.push_back({std::move(rule), 0});
  }
}

const fault_rule* fault_plan::next(const std::string& model) {
  const fault_rule* struck = nullptr;
  for (counted_rule& r : rules_) {
    if (!r.rule.model.empty() && r.rule.model != model)
      continue;
    ++r.seen;
    if (!struck && strikes(r))
      struck = &r.rule;
  }
  return struck;
}

bool fault_plan::strikes(counted_rule& r) {
  const bool in_range = r.seen >= r.rule.first && (r.rule.last == 0 || r.seen <= r.rule.last);
  return in_range && chance_.happens(r.rule.probability);
}

} // namespace spillway::simulator
