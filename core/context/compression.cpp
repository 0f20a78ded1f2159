#include "core/context/shortening.hpp"

#include <algorithm>
#include <unordered_set>

namespace spillway::context {
namespace {

/// A block shorter than this may stand twice: naming it would cost as much.
constexpr std::size_t repeated_bytes_min = 200;
/// Results of tools from earlier turns keep so much of their beginning and end.
constexpr std::int64_t old_result_tokens = 500;
/// More of one punctuation mark in a row is decoration.
constexpr std::size_t rule_length_max = 8;

/// Line ends without blanks, at most one empty line in a row, rules cut to size. The blanks that
/// begin a line stay: they mean something in code.
std::string tidied(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t newlines = 0, run = 0;
  char last = '\0';
  for (const char c : text) {
    if (c == '\n') {
      while (!out.empty() && (out.back() == ' ' || out.back() == '\t' || out.back() == '\r'))
        out.pop_back();
      if (++newlines > 2)
        continue;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      newlines = 0;
    }
    run = c == last ? run + 1 : 1;
    last = c;
    const bool rule = std::string_view{"-=_*#~."}.find(c) != std::string_view::npos;
    if (rule && run > rule_length_max)
      continue;
    out += c;
  }
  return out;
}

/// `text` without the blocks between empty lines that `seen` knows; adds the others to it.
std::string without_repeats(const std::string& text, std::unordered_set<std::string>& seen) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find("\n\n", begin);
    end = end == std::string::npos ? text.size() : end + 2;
    std::string block = text.substr(begin, end - begin);
    begin = end;
    const bool long_enough = block.size() >= repeated_bytes_min;
    if (long_enough && !seen.insert(block).second)
      out += "[the same " + std::to_string(block.size()) + " bytes as above]\n\n";
    else
      out += block;
  }
  return out;
}

/// Where the newest answer and what belongs to it begin.
std::size_t newest_turn(const std::vector<chat_message>& messages) {
  std::size_t i = messages.size();
  while (i > 0 && messages[i - 1].role == chat_role::tool)
    --i;
  return i == 0 ? 0 : i - 1;
}

class compressor {
public:
  explicit compressor(const prompt_ruler& ruler) : ruler_{ruler} {}

  void run(chat_message& m, bool newest) {
    shrink(m.text, m, newest);
    for (content_part& part : m.parts)
      shrink(part.text, m, newest);
  }

  std::vector<loss> losses() const {
    std::vector<loss> out;
    for (const loss& l : {blanks_, repeats_, results_})
      if (l.tokens > 0)
        out.push_back(l);
    return out;
  }

private:
  void shrink(std::string& text, const chat_message& m, bool newest) {
    if (text.empty())
      return;
    replace(text, tidied(text), blanks_);
    replace(text, without_repeats(text, seen_), repeats_);
    if (m.role == chat_role::tool && !newest)
      replace(text, without_middle(text, old_result_tokens, ruler_), results_);
  }

  void replace(std::string& text, std::string shorter, loss& l) {
    if (shorter.size() >= text.size())
      return;
    const std::int64_t gone = ruler_.tokens(text) - ruler_.tokens(shorter);
    if (gone <= 0)
      return;
    l.tokens += gone;
    text = std::move(shorter);
  }

  const prompt_ruler& ruler_;
  std::unordered_set<std::string> seen_;
  loss blanks_{"white space and rules", 0};
  loss repeats_{"repeated blocks", 0};
  loss results_{"the middle of earlier tool results", 0};
};

} // namespace

shortened_prompt compress(const chat_request& request, const prompt_ruler& ruler) {
  shortened_prompt out{request, {}};
  compressor c{ruler};
  const std::size_t newest = newest_turn(request.messages);
  for (std::size_t i = 0; i < out.request.messages.size(); ++i)
    c.run(out.request.messages[i], i >= newest);
  out.losses = c.losses();
  return out;
}

} // namespace spillway::context
