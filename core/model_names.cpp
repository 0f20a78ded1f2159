#include "core/model_names.hpp"

#include <algorithm>
#include <array>

namespace spillway {
namespace {

/// Whether `text` has the shape of `pattern`, in which 0 is any digit.
bool has_shape(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(text, pattern, [](char c, char p) {
    return p == '0' ? c >= '0' && c <= '9' : c == p;
  });
}

constexpr std::array<std::string_view, 6> dates = {"-0000-00-00", "-00000000", "@00000000",
                                                   "-00-0000",    "-0000",     "-latest"};

} // namespace

std::string_view without_date(std::string_view name) noexcept {
  for (const std::string_view date : dates)
    if (name.size() > date.size() && has_shape(name.substr(name.size() - date.size()), date))
      return name.substr(0, name.size() - date.size());
  return name;
}

void model_names::add(std::string_view name, std::size_t index) {
  if (name.ends_with('*'))
    beginnings_.emplace_back(name.substr(0, name.size() - 1), index);
  else
    exact_.try_emplace(std::string{name}, index);
}

std::optional<std::size_t> model_names::find(std::string_view name) const {
  if (const auto it = exact_.find(name); it != exact_.end())
    return it->second;
  std::size_t length = 0;
  std::optional<std::size_t> best;
  const std::string_view base = without_date(name);
  if (const auto it = exact_.find(base); it != exact_.end()) {
    best = it->second;
    length = base.size();
  }
  for (const auto& [beginning, index] : beginnings_)
    if (name.starts_with(beginning) && beginning.size() > length) {
      best = index;
      length = beginning.size();
    }
  return best;
}

} // namespace spillway
