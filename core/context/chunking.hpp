#pragma once

#include "core/chat.hpp"
#include "core/context/prompt_ruler.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::context {

/// `text` in pieces of at most `most` tokens, cut at the best border near the end of each: an empty
/// line, else a line, a sentence, a word. Each piece but the first repeats about `overlap` tokens
/// of the one before. Together they hold all of the text.
///
/// Requires: 0 <= overlap < most / 2.
std::vector<std::string> split_text(std::string_view text, std::int64_t most, std::int64_t overlap,
                                    const prompt_ruler& ruler);

/// A request asked in parts, since its longest text fits no context.
struct chunk_plan {
  std::vector<chat_request> parts; ///< one for each piece of the text; the same but for that
  std::string task;                ///< what the caller wants, as far as its own words say
};

/// Requests of at most `room` tokens that together read all of `request`. Absent if what is beside
/// its longest text takes more than half the room, or more than `bounds::chunks_max` pieces result.
std::optional<chunk_plan> plan_chunks(const chat_request& request, std::int64_t room,
                                      const prompt_ruler& ruler);

/// Asks for one answer out of those to the parts.
chat_request combine(const chat_request& request, const chunk_plan& plan,
                     const std::vector<std::string>& answers);

} // namespace spillway::context
