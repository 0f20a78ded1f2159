#pragma once

#include "core/report/run_answer.hpp"

#include <cstdio>
#include <string_view>

namespace spillway::apps {

/// Standard output, as far as somebody reads it.
class answer_writer {
public:
  bool write(std::string_view text) {
    if (text.empty())
      return whole_;
    ends_line_ = text.back() == '\n';
    anything_ = true;
    whole_ = whole_ && std::fwrite(text.data(), 1, text.size(), stdout) == text.size()
             && std::fflush(stdout) == 0;
    return whole_;
  }
  bool is_whole() const noexcept { return whole_; }
  void end_line() {
    if (anything_ && !ends_line_)
      write("\n");
  }

private:
  bool whole_ = true;
  bool anything_ = false;
  bool ends_line_ = true;
};

struct account_form {
  bool json = false;  ///< answer and account as one line on standard output
  bool quiet = false; ///< errors alone
};

/// Tells what an answer took, and why there is none, on standard error. Its text is told before.
void print_account(const report::run_answer& a, const account_form& form);

} // namespace spillway::apps
