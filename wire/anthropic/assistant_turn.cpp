#include "wire/anthropic/assistant_turn.hpp"

#include "wire/anthropic/content.hpp"
#include "wire/anthropic/model_traits.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

/// Puts the blocks of one assistant's turn in the order in which they came.
class assistant_turn {
public:
  assistant_turn(const chat_message& message, std::string_view asked)
      : message_{message}, asked_{asked} {}

  json encode() {
    if (message_.parts.empty())
      take_text(message_.text);
    for (const content_part& part : message_.parts)
      take_part(part);
    for (const tool_call& call : message_.tool_calls) {
      think();
      blocks_.push_back(encode_tool_use(call));
      ++calls_;
    }
    while (next_ < message_.reasoning.size())
      take_thoughts(message_.reasoning[next_++]);
    return std::move(blocks_);
  }

private:
  /// Takes the thoughts that came before what comes next.
  void think() {
    for (; next_ < message_.reasoning.size(); ++next_) {
      const reasoning_block& block = message_.reasoning[next_];
      if (block.text_before > text_ || block.calls_before > calls_)
        return;
      take_thoughts(block);
    }
  }

  void take_thoughts(const reasoning_block& block) {
    const bool is_own = (block.dialect.empty() || block.dialect == dialect)
                        && (block.model.empty() || is_snapshot_of(block.model, asked_));
    const bool is_signed = !block.signature.empty() || !block.redacted_data.empty();
    if (asked_.empty() || (is_own && is_signed))
      blocks_.push_back(encode_reasoning(block));
  }

  /// Bytes of a text of `size` until thoughts interrupt it.
  std::size_t until_thoughts(std::size_t size) const {
    if (next_ == message_.reasoning.size() || message_.reasoning[next_].text_before <= text_)
      return size;
    return std::min(size, message_.reasoning[next_].text_before - text_);
  }

  void take_text(std::string_view text) {
    do {
      think();
      const std::string_view piece = text.substr(0, until_thoughts(text.size()));
      if (!is_blank(piece))
        blocks_.push_back(text_block(piece));
      text_ += piece.size();
      text.remove_prefix(piece.size());
    } while (!text.empty());
  }

  void take_part(const content_part& part) {
    think();
    if (json block = encode_part(part); !block.is_null())
      blocks_.push_back(std::move(block));
    if (part.what == content_part::kind::text)
      text_ += part.text.size();
  }

  const chat_message& message_;
  std::string_view asked_;
  json blocks_ = json::array();
  std::size_t next_ = 0; ///< block of thoughts
  std::size_t text_ = 0; ///< bytes taken
  std::size_t calls_ = 0;
};

} // namespace

json encode_assistant(const chat_message& message, std::string_view asked) {
  return assistant_turn{message, asked}.encode();
}

} // namespace spillway::wire::anthropic
