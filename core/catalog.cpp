#include "core/catalog.hpp"

#include <algorithm>
#include <numeric>

namespace spillway {
namespace {

/// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

/// A third of the name may be mistyped; more is another word.
std::size_t tolerance(std::string_view name) {
  return std::max<std::size_t>(1, name.size() / 3);
}

/// Longer names are no typing mistakes and not worth the quadratic look.
constexpr std::size_t comparable_length_max = 128;

} // namespace

life_stage stage_of(const lifecycle& life, wall_time now) noexcept {
  if (life.retired && *life.retired <= now)
    return life_stage::retired;
  if (life.retired || (life.deprecated && *life.deprecated <= now))
    return life_stage::deprecated;
  return life.preview ? life_stage::preview : life_stage::active;
}

const char* to_string(life_stage stage) noexcept {
  switch (stage) {
    case life_stage::preview: return "preview";
    case life_stage::active: return "active";
    case life_stage::deprecated: return "deprecated";
    case life_stage::retired: return "retired";
  }
  return "?";
}

const rate::limits* model_entry::limits_of(std::string_view tier) const noexcept {
  if (tier.empty())
    return &limits;
  const auto it = std::ranges::find(tiers, tier, &tier_limits::tier);
  if (it != tiers.end())
    return &it->limits;
  return any_tier ? &limits : nullptr;
}

catalog::catalog(std::vector<model_entry> models) : models_{std::move(models)} {
  std::ranges::sort(models_, {}, &model_entry::id);
  const auto twice = std::ranges::adjacent_find(models_, {}, &model_entry::id);
  SPILLWAY_ASSERT(twice == models_.end());
  for (std::size_t i = 0; i < models_.size(); ++i)
    names_.add(models_[i].id.value, i);
  for (std::size_t i = 0; i < models_.size(); ++i)
    for (const std::string& alias : models_[i].aliases)
      names_.add(alias, i);
  for (std::size_t i = 0; i < models_.size(); ++i)
    if (!models_[i].upstream_name.empty())
      names_.add(models_[i].upstream_name, i);
}

const model_entry* catalog::resolve(std::string_view name) const {
  const auto index = names_.find(name);
  return index ? &models_[*index] : nullptr;
}

const model_entry& catalog::billed_as(const model_entry& called, std::string_view reported) const {
  const model_entry* other = reported.empty() ? nullptr : resolve(reported);
  const bool known = other && other->provider == called.provider && !other->pricing.rows.empty();
  return known ? *other : called;
}

const model_entry* catalog::find(const model_id& id) const noexcept {
  const auto it = std::ranges::lower_bound(models_, id, {}, &model_entry::id);
  return it != models_.end() && it->id == id ? &*it : nullptr;
}

const model_entry* catalog::nearest(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const model_entry& m : models_)
    known.push_back(m.id.value);
  const std::string_view near = nearest_name(name, known);
  return near.empty() ? nullptr : find({std::string{near}});
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  if (name.size() > comparable_length_max)
    return best;
  std::size_t best_distance = tolerance(name) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > comparable_length_max)
      continue;
    const std::size_t d = edit_distance(name, candidate);
    if (d < best_distance || (d == best_distance && candidate < best)) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

} // namespace spillway
