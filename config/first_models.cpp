#include "config/first_models.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace spillway::config {
namespace {

/// Of an agent's calls: prompts are several times as long as replies.
constexpr std::int64_t input_per_output = 4;

bool is_priced(const model_entry& m) {
  return !m.pricing.rows.empty();
}

bool is_fit(const model_entry& m) {
  return m.can.kind == model_kind::chat && !m.life.preview && !m.life.deprecated
         && !m.life.retired;
}

bool is_allowed_unpriced(const settings& s, const model_entry& m) {
  return std::ranges::count(s.routing.selection.unpriced_allowed, m.id) != 0;
}

/// 0 if it is not known.
std::int64_t price_of(const model_entry& m) {
  if (!is_priced(m))
    return 0;
  const money::price_row& row = m.pricing.rows.back().base;
  return input_per_output * row.input + row.output;
}

bool is_special(const model_entry& m) {
  return std::ranges::count(m.use_cases, "general") == 0;
}

/// What comes first is taken first.
auto rank_of(const model_entry& m) {
  return std::tuple{is_special(m), price_of(m), m.id.value};
}

} // namespace

std::vector<model_id> first_models(const settings& s) {
  const bool any_price = std::ranges::any_of(
      s.models, [](const model_entry& m) { return is_fit(m) && is_priced(m); });
  std::map<provider_id, const model_entry*> best;
  for (const model_entry& m : s.models) {
    if (!is_fit(m) || !(any_price ? is_priced(m) : is_allowed_unpriced(s, m)))
      continue;
    const model_entry*& known = best[m.provider];
    if (known == nullptr || rank_of(m) < rank_of(*known))
      known = &m;
  }
  std::vector<const model_entry*> order;
  for (const auto& entry : best)
    order.push_back(entry.second);
  std::ranges::stable_sort(order, {}, [](const model_entry* m) { return price_of(*m); });
  std::vector<model_id> out;
  for (const model_entry* m : order)
    if (out.size() < bounds::candidates_max)
      out.push_back(m->id);
  return out;
}

} // namespace spillway::config
