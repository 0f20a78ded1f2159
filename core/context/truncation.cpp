#include "core/context/shortening.hpp"

#include <algorithm>
#include <numeric>

namespace spillway::context {
namespace {

/// A text is not cut below this: a few sentences at its start and end.
constexpr std::int64_t text_tokens_min = 64;
/// More than any of our marks takes.
constexpr std::int64_t mark_tokens = 32;

/// Turns that go or stay together.
struct group {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t tokens = 0;
  bool kept = false;
};

bool instructs(const chat_message& m) {
  return m.role == chat_role::system || m.role == chat_role::developer;
}

std::vector<group> grouped(const std::vector<chat_message>& messages, const prompt_ruler& ruler) {
  std::vector<group> groups;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role != chat_role::tool || groups.empty())
      groups.push_back({i, i, 0, false});
    groups.back().end = i + 1;
    groups.back().tokens += ruler.tokens(messages[i]);
  }
  return groups;
}

/// Marks what must stay, and returns its size.
std::int64_t keep_essential(const std::vector<chat_message>& messages, std::vector<group>& groups) {
  groups.back().kept = true;
  const auto last_user = std::find_if(groups.rbegin(), groups.rend(), [&](const group& g) {
    return messages[g.begin].role == chat_role::user;
  });
  if (last_user != groups.rend())
    last_user->kept = true;
  std::int64_t sum = 0;
  for (group& g : groups) {
    g.kept = g.kept || instructs(messages[g.begin]);
    sum += g.kept ? g.tokens : 0;
  }
  return sum;
}

/// Adds turns while there is room: the first, then from the newest back until one does not fit.
void keep_what_fits(std::vector<group>& groups, std::int64_t room) {
  const auto take = [&](group& g) {
    if (g.tokens > room)
      return false;
    room -= g.tokens;
    g.kept = true;
    return true;
  };
  const auto first = std::ranges::find(groups, false, &group::kept);
  if (first != groups.end())
    take(*first);
  for (auto g = groups.rbegin(); g != groups.rend(); ++g)
    if (!g->kept && !take(*g))
      return;
}

chat_message mark_of(std::size_t turns, std::int64_t tokens) {
  return {chat_role::user,
          "[" + std::to_string(turns) + " earlier turns (about " + std::to_string(tokens)
              + " tokens) were left out here to fit the model's context.]",
          {},
          {},
          {}};
}

void drop_groups(shortened_prompt& out, const std::vector<group>& groups) {
  std::vector<chat_message> kept;
  std::size_t turns = 0;
  std::int64_t tokens = 0;
  const auto end_gap = [&] {
    if (turns == 0)
      return;
    kept.push_back(mark_of(turns, tokens));
    out.losses.push_back({std::to_string(turns) + " earlier turns", tokens});
    turns = 0;
    tokens = 0;
  };
  for (const group& g : groups) {
    if (!g.kept) {
      turns += g.end - g.begin;
      tokens += g.tokens;
      continue;
    }
    end_gap();
    for (std::size_t i = g.begin; i < g.end; ++i)
      kept.push_back(std::move(out.request.messages[i]));
  }
  out.request.messages = std::move(kept);
}

/// A text that may lose its middle.
struct soft_text {
  std::string* text = nullptr;
  std::int64_t tokens = 0;
  const char* whose = "";
};

std::vector<soft_text> soft_texts(chat_request& request, const prompt_ruler& ruler) {
  std::vector<soft_text> found;
  const auto add = [&](std::string& text, const chat_message& m) {
    const std::int64_t tokens = ruler.tokens(text);
    if (tokens > text_tokens_min + mark_tokens)
      found.push_back({&text, tokens, to_string(m.role)});
  };
  for (chat_message& m : request.messages) {
    add(m.text, m);
    for (content_part& part : m.parts)
      add(part.text, m);
  }
  return found;
}

/// Cuts the longest texts until `excess` tokens have gone; false if they are too short for that.
bool cut_texts(shortened_prompt& out, std::int64_t excess, const prompt_ruler& ruler) {
  std::vector<soft_text> texts = soft_texts(out.request, ruler);
  std::ranges::sort(texts, std::ranges::greater{}, &soft_text::tokens);
  for (const soft_text& t : texts) {
    if (excess <= 0)
      break;
    const std::int64_t target = std::max(t.tokens - excess, text_tokens_min + mark_tokens);
    *t.text = without_middle(*t.text, target, ruler);
    const std::int64_t gone = t.tokens - ruler.tokens(*t.text);
    excess -= gone;
    out.losses.push_back({std::string{"the middle of a long "} + t.whose + " text", gone});
  }
  return excess <= 0;
}

} // namespace

std::string describe(const std::vector<loss>& losses) {
  std::string text;
  for (const loss& l : losses)
    text += (text.empty() ? "" : ", ") + l.what + " (" + std::to_string(l.tokens) + " tokens)";
  return text;
}

std::string without_middle(const std::string& text, std::int64_t most,
                           const prompt_ruler& ruler) {
  const std::int64_t all = ruler.tokens(text);
  if (all <= most)
    return text;
  const std::int64_t rest = std::max<std::int64_t>(most - mark_tokens, 0);
  const std::string_view head = ruler.head(text, rest * 3 / 5);
  const std::string_view tail =
      ruler.tail(std::string_view{text}.substr(head.size()), rest - rest * 3 / 5);
  return std::string{head} + "\n[... about " + std::to_string(all - rest)
         + " tokens left out ...]\n" + std::string{tail};
}

std::optional<shortened_prompt> truncate(const chat_request& request, std::int64_t room,
                                         const prompt_ruler& ruler) {
  shortened_prompt out{request, {}};
  const std::int64_t overhead = ruler.overhead(request);
  std::vector<group> groups = grouped(request.messages, ruler);
  if (groups.empty())
    return overhead <= room ? std::optional{std::move(out)} : std::nullopt;
  const std::int64_t all = std::accumulate(
      groups.begin(), groups.end(), overhead,
      [](std::int64_t sum, const group& g) { return sum + g.tokens; });
  if (all <= room)
    return out;
  const std::int64_t essential = overhead + keep_essential(request.messages, groups);
  // A gap before each turn that is kept is the most there can be; two are what happens.
  keep_what_fits(groups, room - essential - 2 * mark_tokens);
  drop_groups(out, groups);
  const std::int64_t excess = ruler.tokens(out.request) - room;
  if (excess > 0 && !cut_texts(out, excess, ruler))
    return std::nullopt;
  // Cut texts may join into other tokens than they had: once more for the odd few.
  if (const std::int64_t odd = ruler.tokens(out.request) - room;
      odd > 0 && !cut_texts(out, odd + mark_tokens, ruler))
    return std::nullopt;
  return out;
}

} // namespace spillway::context
