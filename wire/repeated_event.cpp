#include "wire/repeated_event.hpp"

#include "wire/json_document.hpp"

#include <simdjson.h>

#include <algorithm>

namespace spillway::wire {
namespace {

constexpr std::string_view padding_opening = R"("obfuscation":")";
constexpr std::string_view blanks = " \t";

/// The bytes of a string up to its closing quote; all of `text` if it has none.
std::string_view string_body(std::string_view text) {
  std::size_t end = text.find_first_of("\"\\");
  while (end != std::string_view::npos && text[end] == '\\')
    end = text.find_first_of("\"\\", end + 2);
  return text.substr(0, end);
}

/// True if the body stands for itself.
bool is_plain(std::string_view body) {
  const auto needs_care = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\'; };
  return std::ranges::none_of(body, needs_care)
         && simdjson::validate_utf8(body.data(), body.size());
}

/// What a string's body stands for; nothing if it is not well-formed.
std::optional<std::string> unescaped(std::string_view body) {
  if (is_plain(body))
    return std::string{body};
  if (body.find('\\') == std::string_view::npos)
    return std::nullopt;
  const auto read = parse_json('"' + std::string{body} + '"');
  return read && read->is_string() ? std::optional{read->get<std::string>()} : std::nullopt;
}

/// Where the text of the only member of this name begins; npos if there is none, or a doubt.
std::size_t text_begin(std::string_view data, std::string_view member) {
  const std::string name = '"' + std::string{member} + '"';
  const std::size_t at = data.find(name);
  if (at == std::string_view::npos || at == 0 || data[at - 1] == '\\'
      || data.find(name, at + 1) != std::string_view::npos)
    return std::string_view::npos;
  const std::size_t colon = data.find_first_not_of(blanks, at + name.size());
  if (colon == std::string_view::npos || data[colon] != ':')
    return std::string_view::npos;
  const std::size_t quote = data.find_first_not_of(blanks, colon + 1);
  return quote == std::string_view::npos || data[quote] != '"' ? std::string_view::npos : quote + 1;
}

} // namespace

void repeated_event::learn(std::string_view data, std::string_view member, std::string_view text) {
  forget();
  const std::size_t begin = text_begin(data, member);
  if (begin == std::string_view::npos)
    return;
  const std::string_view before = data.substr(0, begin);
  const std::string_view body = string_body(data.substr(begin));
  const std::string_view after = data.substr(begin + body.size());
  // A name may be written in escapes: then there could be a second member of this name.
  if (before.find('\\') != std::string_view::npos || after.find('\\') != std::string_view::npos
      || unescaped(body) != text)
    return;
  before_ = before;
  const std::size_t padding = after.find(padding_opening);
  const std::size_t padding_begin = padding + padding_opening.size();
  const bool padded = padding != std::string_view::npos;
  after_ = padded ? after.substr(0, padding_begin) : after;
  tail_ = padded ? after.substr(padding_begin + string_body(after.substr(padding_begin)).size())
                 : std::string_view{};
}

std::optional<std::string> repeated_event::text_in(std::string_view data) const {
  if (before_.empty() || !data.starts_with(before_))
    return std::nullopt;
  const std::string_view body = string_body(data.substr(before_.size()));
  if (!ends_alike(data.substr(before_.size() + body.size())))
    return std::nullopt;
  return unescaped(body);
}

bool repeated_event::ends_alike(std::string_view rest) const {
  if (tail_.empty())
    return rest == after_;
  if (!rest.starts_with(after_))
    return false;
  rest.remove_prefix(after_.size());
  const std::string_view padding = string_body(rest);
  return is_plain(padding) && rest.substr(padding.size()) == tail_;
}

} // namespace spillway::wire
