#include "core/routing/ranking.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <cstdio>

namespace spillway::routing {
namespace {

bool is_scored(const candidate& c) {
  return c.quality && c.quality->scores >= bounds::scores_needed;
}

bool suits(const candidate& c, const std::string& task_type) {
  return !task_type.empty() && std::ranges::count(c.model->use_cases, task_type) != 0;
}

std::string floor_text(const candidate& c, double floor) {
  char text[96];
  std::snprintf(text, sizeof text, ": scores %.2f over %llu answers, below the floor of %.2f",
                c.quality->mean, static_cast<unsigned long long>(c.quality->scores), floor);
  return c.model->id.value + text;
}

void look_up(selection& s, const wish& w, const track_record& known) {
  for (candidate& c : s.candidates) {
    c.quality = known.quality_of(c.model->id, w.task_type);
    c.likely_time = known.time_of(c.model->id);
  }
}

void rule_out(selection& s, double floor) {
  std::erase_if(s.candidates, [&](const candidate& c) {
    if (!is_scored(c) || c.quality->mean >= floor)
      return false;
    s.rejected.push_back({c.model, rejection_reason::below_quality, floor_text(c, floor)});
    return true;
  });
}

/// In dollars; a free model costs nothing, an unpriced one is taken for free.
double utility(const candidate& c, const worth& value) {
  constexpr double usd = static_cast<double>(nano_usd_per_usd);
  const double cost = static_cast<double>(c.likely_cost.value_or(nano_usd{}).value()) / usd;
  const double seconds = c.likely_time ? to_seconds(*c.likely_time) : 0;
  return c.quality->mean * static_cast<double>(value.answer.value()) / usd - cost
         - seconds * static_cast<double>(value.second.value()) / usd;
}

template <class Key>
void sort_by(std::vector<candidate>& all, Key key) {
  std::ranges::stable_sort(all, {}, key);
}

} // namespace

const char* to_string(preference p) noexcept {
  switch (p) {
    case preference::balanced: return "balanced";
    case preference::quality: return "quality";
    case preference::cost: return "cost";
    case preference::speed: return "speed";
  }
  return "?";
}

void rank(selection& s, const wish& w, const track_record& known, const worth& value) {
  look_up(s, w, known);
  if (w.quality_floor)
    rule_out(s, *w.quality_floor);
  std::vector<candidate>& all = s.candidates;
  const bool scored = std::ranges::all_of(all, is_scored);
  switch (w.prefer) {
    case preference::cost:
      sort_by(all, [](const candidate& c) { return c.likely_cost.value_or(c.worst_cost); });
      break;
    case preference::speed:
      sort_by(all, [](const candidate& c) { return c.likely_time.value_or(duration::max()); });
      break;
    case preference::quality:
      if (scored)
        sort_by(all, [](const candidate& c) { return -c.quality->mean; });
      break;
    case preference::balanced:
      if (scored)
        sort_by(all, [&](const candidate& c) { return -utility(c, value); });
      break;
  }
  std::stable_partition(all.begin(), all.end(),
                        [&](const candidate& c) { return suits(c, w.task_type); });
}

} // namespace spillway::routing
