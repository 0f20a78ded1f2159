#include "core/routing/plan.hpp"

#include <algorithm>
#include <utility>

namespace spillway::routing {
namespace {

standing standing_of(rejection_reason reason) {
  switch (reason) {
    case rejection_reason::lacks_capability: return standing::lacks_capability;
    case rejection_reason::context_too_long: return standing::context_too_long;
    case rejection_reason::unknown_price: return standing::unknown_price;
    case rejection_reason::below_quality: return standing::below_quality;
    case rejection_reason::key_unusable: return standing::key_unusable;
  }
  return standing::refused;
}

considered_model row_of(const candidate& c) {
  considered_model row;
  row.model = c.model->id;
  row.provider = c.model->provider;
  row.key = c.key;
  row.input_likely = c.input_likely;
  row.output_max = c.output_max;
  row.worst_cost = c.worst_cost;
  row.likely_cost = c.likely_cost;
  row.likely_time = c.likely_time;
  row.quality = c.quality;
  return row;
}

considered_model row_of(const rejection& r) {
  considered_model row;
  row.model = r.model->id;
  row.provider = r.model->provider;
  row.now = standing_of(r.reason);
  row.text = r.text;
  return row;
}

} // namespace

const char* to_string(standing s) noexcept {
  switch (s) {
    case standing::ready: return "ready";
    case standing::answered: return "answered";
    case standing::failed: return "failed";
    case standing::no_room: return "no_room";
    case standing::failing: return "failing";
    case standing::key_unusable: return "key_unusable";
    case standing::over_budget: return "over_budget";
    case standing::refused: return "refused";
    case standing::lacks_capability: return "lacks_capability";
    case standing::context_too_long: return "context_too_long";
    case standing::below_quality: return "below_quality";
    case standing::unknown_price: return "unknown_price";
  }
  return "?";
}

bool was_tried(standing s) noexcept {
  switch (s) {
    case standing::answered:
    case standing::failed:
    case standing::no_room:
    case standing::failing:
    case standing::over_budget:
    case standing::refused: return true;
    default: return false;
  }
}

std::vector<tried_model> tried(const plan& p) {
  std::vector<tried_model> out;
  for (const considered_model& m : p.models)
    if (was_tried(m.now))
      out.push_back({m.model, m.now});
  return out;
}

plan make_plan(std::string target, const selection& selected) {
  plan out{std::move(target), {}};
  out.models.reserve(selected.candidates.size() + selected.rejected.size());
  for (const candidate& c : selected.candidates)
    out.models.push_back(row_of(c));
  for (const rejection& r : selected.rejected)
    out.models.push_back(row_of(r));
  return out;
}

} // namespace spillway::routing
