#pragma once

#include "core/chat_delta.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The events of a streamed reply to POST /responses.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire {
struct sse_event;
class json_node;
} // namespace spillway::wire

namespace spillway::wire::openai {

/// True of what begins a stream of /responses, and of none of chat completions.
bool is_response_event(const sse_event& event);

/// Reads the events of one stream: the counterpart of `chunk_reader`, with the same meaning of its
/// members. What an item's end repeats of its deltas is not taken twice; a server that sends no
/// deltas is read by the ends.
class response_reader {
public:
  void take(const sse_event& event, std::vector<chat_delta>& deltas);
  bool ended() const noexcept { return whole_ || !error_json_.empty() || !malformed_.empty(); }
  bool is_whole() const noexcept { return whole_; }
  const std::string& error_json() const noexcept { return error_json_; }
  const std::string& malformed() const noexcept { return malformed_; }
  chat_reply take_reply();

private:
  /// What has come of one item of the output.
  struct item_state {
    std::optional<std::size_t> call{}; ///< index of a function call
    bool has_text = false; ///< text, arguments or thoughts
  };

  void take_document(const std::string& type, const json_node& root,
                     std::vector<chat_delta>& deltas);
  void begin_item(const json_node& item, item_state& state, chat_delta& d);
  void end_item(const json_node& item, item_state& state, chat_delta& d);
  void take_response(const std::string& type, const json_node& response,
                     std::vector<chat_delta>& deltas);
  void emit(chat_delta d, std::vector<chat_delta>& deltas);

  reply_assembler assembler_;
  std::map<std::int64_t, item_state> items_; ///< by `output_index`
  std::size_t calls_ = 0;
  chat_reply told_; ///< model, id, usage and finish
  bool whole_ = false;
  std::string error_json_;
  std::string malformed_;
};

} // namespace spillway::wire::openai
