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

void add_pieces(int choice, const chat_message& said, std::vector<chat_delta>& pieces) {
  const auto add = [&]() -> chat_delta& {
    chat_delta& d = pieces.emplace_back();
    d.choice = choice;
    return d;
  };
  for (const reasoning_block& block : said.reasoning) {
    chat_delta& d = add();
    d.reasoning = block.text;
    d.reasoning_signature = block.signature;
  }
  for (std::string_view text = said.text; !text.empty();)
    add().text = take_words(text);
  for (std::size_t i = 0; i < said.tool_calls.size(); ++i) {
    const tool_call& call = said.tool_calls[i];
    add().tool_calls = {{i, call.id, call.name, call.arguments_json, call.signature}};
  }
}

} // namespace

std::vector<chat_delta> pieces_of(const chat_reply& said) {
  std::vector<chat_delta> pieces;
  add_pieces(0, said.message, pieces);
  for (std::size_t i = 0; i < said.alternatives.size(); ++i)
    add_pieces(static_cast<int>(i) + 1, said.alternatives[i].message, pieces);
  return pieces;
}

} // namespace spillway::simulator
