#include "storage/scope_text.hpp"

#include <charconv>
#include <optional>

namespace spillway::storage {
namespace {

void append(std::string& out, const std::string& text) {
  out += std::to_string(text.size()) + ":" + text;
}

/// Takes one netstring off the front of `text`.
std::optional<std::string> take(std::string_view& text) {
  std::size_t size = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (failed != std::errc{} || end == text.data() + text.size() || *end != ':')
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  if (size > text.size())
    return std::nullopt;
  std::string taken{text.substr(0, size)};
  text.remove_prefix(size);
  return taken;
}

} // namespace

std::string encode_scopes(const std::vector<money::scope_value>& scopes) {
  std::string out;
  for (const money::scope_value& s : scopes) {
    append(out, s.scope);
    append(out, s.name);
  }
  return out;
}

std::vector<money::scope_value> decode_scopes(std::string_view text) {
  std::vector<money::scope_value> out;
  while (!text.empty()) {
    auto scope = take(text);
    auto name = scope ? take(text) : std::nullopt;
    if (!name)
      break;
    out.push_back({std::move(*scope), std::move(*name)});
  }
  return out;
}

} // namespace spillway::storage
