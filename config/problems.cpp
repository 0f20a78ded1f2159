#include "config/problems.hpp"

#include "core/assert.hpp"
#include "core/catalog.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace spillway::config {

namespace {

bool is_bare(std::string_view key) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !key.empty() && key.find_first_not_of(allowed) == std::string_view::npos;
}

/// A key may hold anything, line breaks and terminal codes included.
std::string printable(std::string_view key) {
  constexpr std::size_t length_max = 100;
  std::string out;
  for (const char c : key.substr(0, length_max))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return key.size() > length_max ? out + "..." : out;
}

} // namespace

key_path key_path::operator/(std::string_view key) const {
  key_path out = *this;
  if (!text_.empty())
    out.text_ += '.';
  out.text_ += is_bare(key) ? printable(key) : '"' + printable(key) + '"';
  return out;
}

key_path key_path::item(std::size_t index) const {
  key_path out = *this;
  out.text_.append("[").append(std::to_string(index)).append("]");
  return out;
}

void problem_list::add(const place& at, const key_path& key, std::string_view what) {
  std::string text = to_string(at) + ": ";
  if (!key.text().empty())
    text += "key `" + key.text() + "`: ";
  problems_.push_back({at, text.append(what)});
}

error problem_list::to_error() const {
  SPILLWAY_ASSERT(!problems_.empty());
  std::vector<const problem*> sorted;
  for (const problem& p : problems_)
    sorted.push_back(&p);
  std::stable_sort(sorted.begin(), sorted.end(), [](const problem* a, const problem* b) {
    return std::tie(a->at.line, a->at.column) < std::tie(b->at.line, b->at.column);
  });
  std::string out;
  for (std::size_t i = 0; i < std::min(sorted.size(), shown_max); ++i)
    out += (i > 0 ? "\n" : "") + sorted[i]->text;
  if (sorted.size() > shown_max)
    out += "\nand " + std::to_string(sorted.size() - shown_max) + " more";
  return {out};
}

std::string join(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names)
    out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

std::string did_you_mean(const problem_list& problems, std::string_view name,
                         const std::vector<std::string_view>& known) {
  if (problems.is_crowded())
    return {};
  const std::string_view near = nearest_name(name, known);
  return near.empty() ? "" : " (did you mean `" + std::string{near} + "`?)";
}

} // namespace spillway::config
