#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <string>
#include <string_view>

/// Internal to the sources of `wire/anthropic`: an answer, put together block by block.
namespace spillway::wire::anthropic {

/// Collects the blocks of one answer in their order.
class answer_builder {
public:
  /// Texts are one text, whatever stands between them.
  void add_text(std::string_view text);
  void add_thoughts(reasoning_block block);
  /// A call of the `reply_tool` is the answer's text.
  void add_call(tool_call call);

  /// The vendor's word for the end, and what it says of a refusal.
  void end(std::string native, std::string refusal);

  /// All but ids and usage. `model`: who answered.
  chat_reply take(const std::string& model);

private:
  chat_reply reply_;
};

/// Adds one block of a whole answer; kinds that the neutral types do not know are passed over.
void add_block(const json_node& block, answer_builder& answer);

finish_reason finish_of(std::string_view native, bool calls_tools);

/// Anthropic's word for an end: the native one if it is of this vendor.
std::string_view stop_reason_of(finish_reason finish, std::string_view native);

} // namespace spillway::wire::anthropic
