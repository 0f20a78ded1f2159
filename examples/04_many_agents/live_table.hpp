#pragma once

#include "runtime/snapshot.hpp"

#include <chrono>
#include <cstdio>

/// Shows a runtime at work: a table that redraws itself on a terminal, now and then a plain line
/// elsewhere.
class live_table {
public:
  explicit live_table(std::FILE* out);

  void show(const spillway::runtime::snapshot& now);

  /// The table once more, to stay.
  void finish(const spillway::runtime::snapshot& last);

private:
  void draw(const spillway::runtime::snapshot& now);
  void print_line(const spillway::runtime::snapshot& now);

  std::FILE* out_;
  bool terminal_;
  int lines_drawn_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_line_;
};
