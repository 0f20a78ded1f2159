#pragma once

#include "core/chat_delta.hpp"
#include "core/units.hpp"
#include "wire/repeated_event.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The events of a streamed reply to POST /chat/completions, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21); what compatible servers do
/// otherwise is from recordings of theirs.
namespace spillway::wire {
struct sse_event;
class json_node;
} // namespace spillway::wire

namespace spillway::wire::openai {

/// Reads the chunks of one stream. Tolerates what servers of this dialect are known to send: chunks
/// without choices, names that come late or with each fragment of a tool call, calls without an
/// index or with the same one, the one `function_call` of older servers, usage with every chunk
/// (the last counts), `[DONE]` missing or doubled.
class chunk_reader {
public:
  /// Takes an event and appends what it says. Does nothing once `ended`.
  void take(const sse_event& event, std::vector<chat_delta>& deltas);

  /// `[DONE]`, an error or nonsense has come.
  bool ended() const noexcept { return done_ || !error_json_.empty() || !malformed_.empty(); }

  /// Each answer begun has its finish reason, or `[DONE]` came after some answer without one.
  bool is_whole() const noexcept;

  /// The event that held an `error`; empty: none came.
  const std::string& error_json() const noexcept { return error_json_; }

  /// What is wrong with an event that could not be read, by its path; empty: nothing.
  const std::string& malformed() const noexcept { return malformed_; }

  /// All that came; usage is `estimated` zeros if none was told. Call it once, at last.
  chat_reply take_reply();

private:
  struct known_call {
    std::size_t index; ///< ours
    std::string id;
    bool is_named = false;
    std::string held{}; ///< arguments that came before the name
  };
  struct choice_state {
    std::map<std::int64_t, known_call> calls; ///< by the server's index
    std::int64_t last = -1;                   ///< the server's index of the latest
    bool ended = false;
  };

  void take_document(const sse_event& event, std::string_view data,
                     std::vector<chat_delta>& deltas);
  /// `data` was read and said `delta` alone: the next may be the same with another text.
  void learn(std::string_view data, const chat_delta& delta);
  void add(chat_delta delta, std::vector<chat_delta>& deltas);
  void take_head(const json_node& root);
  void take_choice(const json_node& choice, std::vector<chat_delta>& deltas);
  void take_calls(const json_node& delta, choice_state& state, chat_delta& d);
  /// `called`: what the fragment says of what it calls.
  void take_call(const json_node& call, const json_node& called, choice_state& state,
                 chat_delta& d);
  void end_choice(const json_node& choice, std::string native);
  /// The server's index of the call that `fragment` belongs to; a new call is entered.
  std::int64_t place_of(const json_node& fragment, const std::string& id, choice_state& state,
                        const chat_delta& d);
  /// True if `fragment`, whose index is taken and which has no id, is of another call all the same.
  bool begins_another(const json_node& fragment, std::size_t known, const chat_delta& d) const;

  reply_assembler assembler_;
  std::map<int, choice_state> states_;
  chat_reply told_; ///< model, id and usage
  repeated_event text_event_;
  int text_choice_ = 0;                      ///< of `text_event_`
  std::string chat_delta::* text_ = nullptr; ///< what `text_event_` adds to
  bool done_ = false;
  std::string error_json_;
  std::string malformed_;
};

/// What every chunk of one stream repeats.
struct chunk_head {
  std::string id;
  std::string model;
  wall_time created{};
};

/// The data of the first event of an answer: its role.
std::string encode_first_chunk(const chunk_head& head, int choice = 0);
std::string encode_chunk(const chunk_head& head, const chat_delta& delta);
std::string encode_last_chunk(const chunk_head& head, int choice, finish_reason finish);
/// The event without choices that a caller gets who asked for `include_usage`.
std::string encode_usage_chunk(const chunk_head& head, const token_usage& usage);
/// The data of the event that ends a stream.
inline constexpr std::string_view stream_end_data = "[DONE]";

} // namespace spillway::wire::openai
