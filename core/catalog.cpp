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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The name without "-2024-08-06" or "-20240806" at its end.
std::string_view without_date(std::string_view name) {
  for (const std::string_view form : {std::string_view{"-dddd-dd-dd"}, std::string_view{"-dddddddd"}}) {
    if (name.size() <= form.size())
      continue;
    const std::string_view end = name.substr(name.size() - form.size());
    if (std::ranges::equal(end, form, [](char c, char f) { return f == 'd' ? is_digit(c) : c == f; }))
      return name.substr(0, name.size() - form.size());
  }
  return name;
}

/// Longer names are no typing mistakes and not worth the quadratic look.
constexpr std::size_t comparable_length_max = 128;

} // namespace

catalog::catalog(std::vector<model_entry> models) : models_{std::move(models)} {
  std::ranges::sort(models_, {}, &model_entry::id);
  const auto twice = std::ranges::adjacent_find(models_, {}, &model_entry::id);
  SPILLWAY_ASSERT(twice == models_.end());
}

const model_entry* catalog::find(const model_id& id) const noexcept {
  const auto it = std::ranges::lower_bound(models_, id, {}, &model_entry::id);
  return it != models_.end() && it->id == id ? &*it : nullptr;
}

const model_entry* catalog::find_reported(std::string_view name) const {
  for (const std::string_view meant : {name, without_date(name)}) {
    const auto it = std::ranges::find(models_, meant, &model_entry::upstream_name);
    if (it != models_.end())
      return &*it;
  }
  return nullptr;
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
