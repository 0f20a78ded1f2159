#include "core/context/chunking.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <array>

namespace spillway::context {
namespace {

/// A border in the last part of a piece is taken before a longer piece without one.
constexpr std::size_t border_share = 3;
/// Of the text's first and last paragraph, which usually say what is wanted.
constexpr std::int64_t task_tokens_max = 300;
/// Of our own words around a piece.
constexpr std::int64_t wording_tokens = 96;
/// Enough to carry a sentence over the cut.
constexpr std::int64_t overlap_tokens = 64;

/// Where a piece that may be `size` bytes long had best end.
std::size_t border(std::string_view text, std::size_t size) {
  constexpr std::array<std::string_view, 4> kinds = {"\n\n", "\n", ". ", " "};
  const std::size_t least = size - size / border_share;
  for (const std::string_view kind : kinds) {
    const std::size_t at = text.substr(0, size).rfind(kind);
    if (at != std::string_view::npos && at + kind.size() > least)
      return at + kind.size();
  }
  return size;
}

/// The overlap begins with a word.
std::string_view from_word(std::string_view text) {
  const std::size_t blank = text.find_first_of(" \n");
  return blank == std::string_view::npos ? text : text.substr(blank + 1);
}

struct place {
  std::size_t message = 0;
  std::optional<std::size_t> part; ///< absent: the message's own text
};

const std::string& text_at(const chat_request& request, const place& p) {
  const chat_message& m = request.messages[p.message];
  return p.part ? m.parts[*p.part].text : m.text;
}

std::string& text_at(chat_request& request, const place& p) {
  chat_message& m = request.messages[p.message];
  return p.part ? m.parts[*p.part].text : m.text;
}

/// The longest text of a user or tool.
place longest_text(const chat_request& request) {
  place best;
  std::size_t size = 0;
  const auto look = [&](const std::string& text, place p) {
    if (text.size() > size) {
      size = text.size();
      best = p;
    }
  };
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const chat_message& m = request.messages[i];
    if (m.role != chat_role::user && m.role != chat_role::tool)
      continue;
    look(m.text, {i, {}});
    for (std::size_t k = 0; k < m.parts.size(); ++k)
      look(m.parts[k].text, {i, k});
  }
  return best;
}

std::string first_paragraph(std::string_view text) {
  return std::string{text.substr(0, std::min(text.find("\n\n"), text.size()))};
}

std::string last_paragraph(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  const std::size_t at = text.rfind("\n\n");
  return at == std::string_view::npos ? std::string{} : std::string{text.substr(at + 2)};
}

std::string task_of(const std::string& text, const prompt_ruler& ruler) {
  std::string task;
  for (const std::string& paragraph : {first_paragraph(text), last_paragraph(text)})
    if (!paragraph.empty() && ruler.tokens(paragraph) <= task_tokens_max)
      task += (task.empty() ? "" : "\n") + paragraph;
  return task;
}

std::string worded(std::size_t number, std::size_t of, const std::string& task,
                   const std::string& piece) {
  std::string text = "[Part " + std::to_string(number) + " of " + std::to_string(of)
                     + " of a text that is too long to read at once. Answer for this part alone; "
                       "the "
                       "answers to all parts will be combined.";
  if (!task.empty())
    text += " The request that the whole text came with:\n" + task + "\n";
  return text + "]\n\n" + piece;
}

} // namespace

std::vector<std::string> split_text(std::string_view text, std::int64_t most, std::int64_t overlap,
                                    const prompt_ruler& ruler) {
  std::vector<std::string> pieces;
  std::string_view carried;
  while (!text.empty()) {
    const std::string_view fits = ruler.head(text, most - overlap);
    const std::size_t size =
        fits.size() == text.size() ? text.size()
                                   : border(text, std::max<std::size_t>(fits.size(), 1));
    pieces.push_back(std::string{carried} + std::string{text.substr(0, size)});
    carried = overlap > 0 ? from_word(ruler.tail(text.substr(0, size), overlap)) : carried;
    text.remove_prefix(size);
  }
  return pieces;
}

std::optional<chunk_plan> plan_chunks(const chat_request& request, std::int64_t room,
                                      const prompt_ruler& ruler) {
  if (request.messages.empty())
    return std::nullopt;
  const place where = longest_text(request);
  const std::string& text = text_at(request, where);
  chunk_plan plan;
  plan.task = task_of(text, ruler);
  const std::int64_t beside = ruler.tokens(request) - ruler.tokens(text);
  const std::int64_t piece = room - beside - wording_tokens - ruler.tokens(plan.task);
  if (piece < room / 2 || piece <= 2 * overlap_tokens)
    return std::nullopt;
  const auto pieces = split_text(text, piece, overlap_tokens, ruler);
  if (pieces.size() > bounds::chunks_max)
    return std::nullopt;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    text_at(plan.parts.emplace_back(request), where) =
        worded(i + 1, pieces.size(), plan.task, pieces[i]);
    // A schema is for the answer at the end, and tools and a choice of answers are too.
    plan.parts.back().response_schema_json.clear();
    plan.parts.back().choices = 1;
    if (!request.tools.empty())
      plan.parts.back().choice = tool_choice{tool_choice_mode::none, {}};
  }
  return plan;
}

chat_request combine(const chat_request& request, const chunk_plan& plan,
                     const std::vector<std::string>& answers) {
  chat_request out = request;
  std::erase_if(out.messages, [](const chat_message& m) {
    return m.role != chat_role::system && m.role != chat_role::developer;
  });
  std::string text = "A text was too long to read at once, so each of its "
                     + std::to_string(answers.size())
                     + " parts was answered on its own. Combine the answers into one, without "
                       "speaking of parts.";
  if (!plan.task.empty())
    text += " The request that the text came with:\n" + plan.task;
  for (std::size_t i = 0; i < answers.size(); ++i)
    text += "\n\n[Answer to part " + std::to_string(i + 1) + "]\n" + answers[i];
  out.messages.push_back({chat_role::user, std::move(text), {}, {}, {}});
  return out;
}

} // namespace spillway::context
