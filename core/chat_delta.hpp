#pragma once

#include "core/chat.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace spillway {

/// More of one tool call. `id` and `name` come with the first piece of a call only, whatever the
/// vendor repeats; `arguments_json` is to be appended.
struct tool_call_delta {
  std::size_t index = 0; ///< counts the calls of one answer from zero, without gaps
  std::string id{};
  std::string name{};
  std::string arguments_json{};
  std::string signature{};
  friend bool operator==(const tool_call_delta&, const tool_call_delta&) = default;
};

/// More of a streamed reply, in no vendor's dialect: every text is to be appended to what came
/// before.
struct chat_delta {
  int choice = 0; ///< which of the answers asked for
  std::string text{};
  std::string reasoning{};
  /// Ends a block of reasoning: what comes next belongs to a new one.
  std::string reasoning_signature{};
  std::string redacted_reasoning{}; ///< a whole block
  std::string reasoning_dialect{};  ///< whose signature or block it is; see `reasoning_block`
  std::string refusal{};
  std::vector<tool_call_delta> tool_calls{};
  std::string logprobs_json{}; ///< of this piece
  friend bool operator==(const chat_delta&, const chat_delta&) = default;
};

/// A whole reply as the deltas that would have made it, one an answer and block of reasoning, for
/// those who read a stream.
std::vector<chat_delta> deltas_of(const chat_reply& reply);

/// Puts the deltas of one stream together. Owned by one stream decoder.
class reply_assembler {
public:
  /// Requires: `d.choice` is from 0 to `bounds::choices_max` - 1 and indexes of calls are below
  /// `bounds::tool_calls_max`.
  void add(const chat_delta& d);

  /// The vendor ended this answer. The last word counts, unless it is empty.
  void end(int choice, finish_reason finish, std::string native);

  /// True if any answer has been ended.
  bool has_ended() const noexcept { return has_ended_; }

  /// Calls begun in an answer so far, as far as they have come.
  std::span<const tool_call> tool_calls(int choice) const noexcept;

  /// True once anything a caller would see has come.
  bool has_content() const noexcept { return has_content_; }

  /// All that came, with `model_reported`, `usage` and ids left to the decoder. A `stop` with tool
  /// calls becomes `tool_calls`.
  chat_reply take();

private:
  chat_choice& at(int choice);

  std::vector<chat_choice> choices_;
  std::vector<bool> block_open_; ///< by choice: reasoning is appended to the last block
  bool has_content_ = false;
  bool has_ended_ = false;
};

} // namespace spillway
