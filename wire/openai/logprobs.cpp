#include "wire/openai/logprobs.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

void append(json piece, json& all) {
  for (auto& [name, list] : piece.items()) {
    json& joined = all[name];
    if (!list.is_array() || !joined.is_array())
      joined = std::move(list);
    else
      joined.insert(joined.end(), list.begin(), list.end());
  }
}

} // namespace

json encode_logprobs(std::string_view text) {
  if (text.empty())
    return nullptr;
  auto parsed = parse_json(text);
  return parsed ? std::move(parsed).value() : json();
}

std::string joined_logprobs(std::string_view lines) {
  if (lines.find('\n') == std::string_view::npos)
    return std::string{lines};
  json all = json::object();
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (auto piece = parse_json(lines.substr(0, end)); piece && piece->is_object())
      append(std::move(piece).value(), all);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return dump_json(all);
}

} // namespace spillway::wire::openai
