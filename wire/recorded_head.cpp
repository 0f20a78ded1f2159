#include "wire/recorded_head.hpp"

#include "wire/json_reader.hpp"

#include <charconv>
#include <string>

namespace spillway::wire {
namespace {

constexpr std::string_view blank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// "HTTP/1.1 429 Too Many Requests" -> 429
std::optional<int> status_of(std::string_view line) {
  const auto blank_at = line.find(' ');
  if (blank_at == std::string_view::npos)
    return std::nullopt;
  const std::string_view rest = line.substr(blank_at + 1);
  int status = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), status);
  const bool told = problem == std::errc{} && status >= 100 && status < 600;
  return told ? std::optional{status} : std::nullopt;
}

result<recorded_head> of_json(std::string_view text) {
  auto document = parse_json(text);
  if (!document)
    return document.failure();
  recorded_head head;
  json_fault fault;
  for (const auto& [name, value] : document->items()) {
    const auto values = value.is_array() ? value : nlohmann::json::array({value});
    for (const auto& v : values) {
      if (!v.is_string() && !v.is_number())
        fault.report(name, "must be a string");
      else
        head.headers.add(name, v.is_string() ? v.get<std::string>() : v.dump());
    }
  }
  if (fault.found())
    return fault.take();
  return head;
}

result<recorded_head> of_lines(std::string_view text) {
  recorded_head head;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty())
      continue;
    if (line.starts_with("HTTP/")) {
      head = {status_of(line), {}};
      continue;
    }
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos)
      return error{"line " + std::to_string(number) + " is no header: expected 'name: value'"};
    head.headers.add(std::string{trimmed(line.substr(0, colon))},
                     std::string{trimmed(line.substr(colon + 1))});
  }
  return head;
}

} // namespace

result<recorded_head> decode_recorded_head(std::string_view text) {
  const std::string_view content = trimmed(text);
  return content.starts_with('{') ? of_json(content) : of_lines(text);
}

} // namespace spillway::wire
