#include "simulator/reply_pieces.hpp"

#include <string>
#include <string_view>

namespace spillway::simulator {
namespace {

constexpr std::size_t piece_bytes = 24;

/// Up to the blank after `piece_bytes`, so that no character is parted.
std::string_view take_words(std::string_view& text) {
  const std::size_t blank = text.find(' ', std::min(piece_bytes, text.size()));
  const std::size_t end = blank == std::string_view::npos ? text.size() : blank + 1;
  const std::string_view words = text.substr(0, end);
  text.remove_prefix(end);
  return words;
}

} // namespace

std::vector<chat_delta> pieces_of(const chat_reply& said) {
  std::vector<chat_delta> pieces;
  for (const reasoning_block& block : said.message.reasoning) {
    chat_delta& d = pieces.emplace_back();
    d.reasoning = block.text;
    d.reasoning_signature = block.signature;
  }
  for (std::string_view text = said.message.text; !text.empty();)
    pieces.emplace_back().text = take_words(text);
  for (std::size_t i = 0; i < said.message.tool_calls.size(); ++i) {
    const tool_call& call = said.message.tool_calls[i];
    pieces.emplace_back().tool_calls = {
        {i, call.id, call.name, call.arguments_json, call.signature}};
  }
  return pieces;
}

} // namespace spillway::simulator
