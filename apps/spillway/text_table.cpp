#include "apps/spillway/text_table.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace spillway::apps {
namespace {

constexpr std::size_t gap = 2;

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

void text_table::add(std::vector<std::string> cells) {
  SPILLWAY_ASSERT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void text_table::add_rule() {
  rows_.emplace_back();
}

std::string text_table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width_of(columns_[i].title));
    for (const auto& row : rows_)
      if (!row.empty())
        widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string blanks(widths[i] - width_of(cell), ' ');
      const bool right = columns_[i].to == align::right;
      text += (i == 0 ? "" : std::string(gap, ' ')) + (right ? blanks + cell : cell + blanks);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  std::size_t whole = gap * (columns_.size() - 1);
  for (const std::size_t w : widths)
    whole += w;
  for (const auto& row : rows_)
    if (row.empty())
      out += std::string(whole, '-') + "\n";
    else
      line([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

std::string with_commas(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

} // namespace spillway::apps
