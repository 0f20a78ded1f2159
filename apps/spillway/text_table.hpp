#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway::apps {

/// Columns for a terminal: as wide as their widest cell, two blanks apart. Characters beyond ASCII
/// count as one column each.
class text_table {
public:
  enum class align { left, right };
  struct column {
    std::string title;
    align to = align::left;
  };

  explicit text_table(std::vector<column> columns) : columns_{std::move(columns)} {}

  /// Requires: one cell a column.
  void add(std::vector<std::string> cells);
  /// A line between the rows before and after.
  void add_rule();

  std::string text() const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_; ///< empty: a rule
};

/// "1,234,567".
std::string with_commas(std::uint64_t n);

/// `text` as a terminal may show it: control characters become "?".
std::string printable(std::string text);

} // namespace spillway::apps
