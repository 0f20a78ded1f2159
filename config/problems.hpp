#pragma once

#include "config/document.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::config {

/// A key's way through the document, for people: `models."gpt-4.1".context`.
class key_path {
public:
  key_path() = default;
  /// Quotes `key` if TOML would need it quoted.
  key_path operator/(std::string_view key) const;
  /// The item at `index` of a list: `budget.rules[0]`.
  key_path item(std::size_t index) const;
  const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

/// What is wrong with a configuration: everything that is, not only the first thing.
class problem_list {
public:
  /// Problems told at once; a file with more is better read from the top again.
  static constexpr std::size_t shown_max = 20;

  void add(const place& at, const key_path& key, std::string_view what);
  bool empty() const noexcept { return problems_.empty(); }

  /// Whether there are so many that a hint to one more is not worth the search for it.
  bool is_crowded() const noexcept { return problems_.size() >= 5 * shown_max; }

  /// One line each in the order of the file: "file:line:column: key `x.y`: what is wrong".
  /// Requires: not empty.
  error to_error() const;

private:
  struct problem {
    place at;
    std::string text;
  };
  std::vector<problem> problems_;
};

/// "a, b, c".
std::string join(const std::vector<std::string_view>& names);

/// " (did you mean `gpt-4o`?)", or nothing if no name of `known` is near or `problems` is crowded.
std::string did_you_mean(const problem_list& problems, std::string_view name,
                         const std::vector<std::string_view>& known);

} // namespace spillway::config
