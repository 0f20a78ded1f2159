#include "simulator/tool_role.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace spillway::simulator {
namespace {

using namespace std::string_view_literals;

constexpr std::array list_words = {"list"sv, "ls"sv, "dir"sv, "glob"sv, "tree"sv};
constexpr std::array search_words = {"search"sv, "grep"sv, "find"sv, "lookup"sv};
constexpr std::array read_words = {"read"sv, "cat"sv, "open"sv, "view"sv, "file"sv};
constexpr std::array path_words = {"path"sv, "file"sv,   "filename"sv, "filepath"sv,
                                   "dir"sv,  "folder"sv, "directory"sv};
constexpr std::array search_text_words = {"text"sv, "query"sv,  "pattern"sv, "term"sv,  "regex"sv,
                                          "q"sv,    "needle"sv, "keyword"sv, "string"sv};

/// The lower-case words of "read_file", "readFile" or "read-file".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words{""};
  bool after_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool starts_word = std::isupper(byte) && after_lower;
    if (!std::isalnum(byte) || starts_word)
      words.emplace_back();
    if (std::isalnum(byte))
      words.back() += static_cast<char>(std::tolower(byte));
    after_lower = std::islower(byte) != 0;
  }
  return words;
}

bool has_any(const std::vector<std::string>& words, std::span<const std::string_view> known) {
  return std::ranges::any_of(
      words, [&](const std::string& w) { return std::ranges::find(known, w) != known.end(); });
}

} // namespace

// "find_files" searches and "list_files" lists, so the verbs are asked before the noun "file".
tool_role role_of(std::string_view tool_name) {
  const auto words = words_of(tool_name);
  if (has_any(words, list_words))
    return tool_role::list;
  if (has_any(words, search_words))
    return tool_role::search;
  return has_any(words, read_words) ? tool_role::read : tool_role::other;
}

bool names_a_path(std::string_view property) {
  return has_any(words_of(property), path_words);
}

bool names_a_search_text(std::string_view property) {
  return has_any(words_of(property), search_text_words);
}

std::string argument_of(const tool_call& call, bool (*wanted)(std::string_view property)) {
  const auto arguments = nlohmann::json::parse(call.arguments_json, nullptr, false);
  if (!arguments.is_object())
    return {};
  for (const auto& [name, value] : arguments.items())
    if (value.is_string() && wanted(name))
      return value.get<std::string>();
  return {};
}

} // namespace spillway::simulator
