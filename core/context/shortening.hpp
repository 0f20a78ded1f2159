#pragma once

#include "core/chat.hpp"
#include "core/context/prompt_ruler.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway::context {

/// One thing that was taken out of a prompt.
struct loss {
  std::string what; ///< for people: "12 earlier turns"
  std::int64_t tokens = 0;
  friend bool operator==(const loss&, const loss&) = default;
};

/// A prompt made shorter, and what that took.
struct shortened_prompt {
  chat_request request;
  std::vector<loss> losses;
};

/// "12 earlier turns (3400 tokens), white space (20 tokens)".
std::string describe(const std::vector<loss>& losses);

/// `request` cut to at most `room` tokens, prompt and framing. Kept whole, in this order as far as
/// there is room: system and developer turns and the newest turns (the last user's, and what
/// belongs to the last answer); the first turn, which usually states the task; then turns from the
/// newest back. A call of a tool and its results go or stay together. If what must stay is too long
/// already, its longest texts lose their middle. Each cut is marked in the text.
///
/// Absent if not even that is enough: too many turns that must stay, tool definitions or arguments.
std::optional<shortened_prompt> truncate(const chat_request& request, std::int64_t room,
                                         const prompt_ruler& ruler);

/// `request` without what carries little: blanks at line ends, empty lines and long rules; blocks
/// of text that stood before, word for word; the middle of long tool results that are not the
/// newest. Never removes a turn. Without losses if there was nothing.
shortened_prompt compress(const chat_request& request, const prompt_ruler& ruler);

/// `text` with its middle taken out so that at most `most` tokens remain, with a mark that says how
/// many went; the whole text if it is that short.
std::string without_middle(const std::string& text, std::int64_t most, const prompt_ruler& ruler);

} // namespace spillway::context
