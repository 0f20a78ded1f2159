#include "simulator/findings.hpp"

#include "simulator/tool_role.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <unordered_set>

namespace spillway::simulator {
namespace {

constexpr std::size_t notes_max = 8;
constexpr std::size_t names_max = 64;

bool is_word_char(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool is_path_char(char c) noexcept {
  return is_word_char(c) || c == '.' || c == '/' || c == '-' || c == '+';
}

/// The maximal runs of characters that satisfy `belongs`, each once, in order.
std::vector<std::string> runs_of(std::string_view text, bool (*belongs)(char)) {
  std::vector<std::string> runs;
  std::unordered_set<std::string_view> seen;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && belongs(text[end]))
      ++end;
    const std::string_view run = text.substr(begin, end - begin);
    if (!run.empty() && seen.insert(run).second)
      runs.emplace_back(run);
    begin = end + 1;
  }
  return runs;
}

/// True for a name with an extension that starts with a letter, so that "1.5" and "etc." fail.
bool looks_like_file(std::string_view token) noexcept {
  const std::string_view name = token.substr(token.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == name.size() || name.size() - dot > 9)
    return false;
  const bool named = std::ranges::any_of(
      name.substr(0, dot), [](char c) { return std::isalpha(static_cast<unsigned char>(c)); });
  return named && std::isalpha(static_cast<unsigned char>(name[dot + 1]));
}

bool is_note(std::string_view line) noexcept {
  constexpr std::array<std::string_view, 4> marks = {"TODO", "FIXME", "NOTE", "HACK"};
  return std::ranges::any_of(
      marks, [&](std::string_view m) { return line.find(m) != std::string_view::npos; });
}

bool reports_failure(std::string_view result) noexcept {
  return result.starts_with("error") || result.starts_with("Error");
}

/// The total a heading like "a.hpp, lines 1-40 of 120" states, else the number of lines.
std::size_t line_count(std::string_view text) {
  const std::string_view heading = text.substr(0, text.find('\n'));
  const std::size_t of = heading.rfind(" of ");
  std::size_t total = 0;
  if (heading.find("line") != std::string_view::npos && of != std::string_view::npos
      && std::from_chars(heading.data() + of + 4, heading.data() + heading.size(), total).ec
             == std::errc{})
    return total;
  const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return text.empty() || text.ends_with('\n') ? ends : ends + 1;
}

bool worth_a_search(const std::string& word) {
  return word.size() >= 6 && word.find('_') != std::string::npos
         && std::isalpha(static_cast<unsigned char>(word.front()));
}

file_finding read_file_result(std::string path, std::string_view text) {
  file_finding file{std::move(path), line_count(text), {}, {}};
  for (const std::string& line : lines_in(text))
    if (is_note(line) && file.notes.size() < notes_max)
      file.notes.push_back(line);
  for (std::string& word : words_in(text))
    if (worth_a_search(word) && file.path.find(word) == std::string::npos
        && file.names.size() < names_max)
      file.names.push_back(std::move(word));
  return file;
}

/// Matches name a file, which sets them apart from a heading.
search_finding read_search_result(const tool_call& call, std::string_view text) {
  search_finding search{argument_of(call, names_a_search_text), lines_in(text)};
  std::erase_if(search.matches, [&](const std::string& line) {
    return line.find(search.text) == std::string::npos || paths_in(line).empty();
  });
  return search;
}

void add_paths(std::vector<std::string>& known, std::string_view listing) {
  for (std::string& path : paths_in(listing))
    if (std::ranges::find(known, path) == known.end())
      known.push_back(std::move(path));
}

void add_result(findings& found, const tool_call& call, const std::string& result) {
  if (reports_failure(result)) {
    found.failures.push_back(result);
    return;
  }
  switch (role_of(call.name)) {
    case tool_role::list: add_paths(found.paths, result); return;
    case tool_role::read:
      found.files.push_back(read_file_result(argument_of(call, names_a_path), result));
      return;
    case tool_role::search: found.searches.push_back(read_search_result(call, result)); return;
    case tool_role::other: found.others.push_back({call.name, result}); return;
  }
}

std::size_t last_question(const std::vector<chat_message>& messages) noexcept {
  for (std::size_t i = messages.size(); i > 0; --i)
    if (messages[i - 1].role == chat_role::user)
      return i - 1;
  return 0;
}

} // namespace

findings gather_findings(const chat_request& request) {
  findings found;
  if (request.messages.empty())
    return found;
  std::map<std::string, const tool_call*> calls;
  const std::size_t start = last_question(request.messages);
  found.question = request.messages[start].text;
  for (std::size_t i = start; i < request.messages.size(); ++i) {
    const chat_message& message = request.messages[i];
    found.tool_rounds += message.tool_calls.empty() ? 0 : 1;
    for (const tool_call& call : message.tool_calls) {
      calls[call.id] = &call;
      found.calls.push_back(call);
    }
    if (const auto call = calls.find(message.tool_call_id);
        message.role == chat_role::tool && call != calls.end())
      add_result(found, *call->second, message.text);
  }
  return found;
}

std::vector<std::string> paths_in(std::string_view text) {
  std::vector<std::string> paths = runs_of(text, is_path_char);
  for (std::string& token : paths) // the full stop of a sentence is no part of the path
    while (token.ends_with('.'))
      token.pop_back();
  std::erase_if(paths, [](const std::string& token) { return !looks_like_file(token); });
  return paths;
}

std::vector<std::string> words_in(std::string_view text) {
  return runs_of(text, is_word_char);
}

std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (!line.empty())
      lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

} // namespace spillway::simulator
