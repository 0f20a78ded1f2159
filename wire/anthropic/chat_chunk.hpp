#pragma once

#include "core/chat_delta.hpp"
#include "wire/sse.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The events of a streamed reply to POST /v1/messages.
/// Source: https://platform.claude.com/docs/en/build-with-claude/streaming (2026-10); what happens
/// beside it is from recordings.
namespace spillway::wire::anthropic {

/// Reads the events of one stream. Kinds it does not know are passed over, as the vendor asks.
///
/// A second `message_start` begins the answer anew, as proxies do that try again: the reply is then
/// the second answer alone. Readers who have been shown the first one are shown what the second
/// adds to it, and where the two differ the second one from there on.
class event_reader {
public:
  event_reader();
  ~event_reader();
  event_reader(event_reader&&) noexcept;

  /// Takes one event and appends what it says. Does nothing once `ended`.
  void take(const sse_event& event, std::vector<chat_delta>& deltas);

  /// `message_stop`, an error or nonsense has come.
  bool ended() const noexcept;
  /// `message_stop` has come: without it, however much there is, the answer has been cut.
  bool is_whole() const noexcept;
  /// The event that held an error; empty: none came.
  const std::string& error_json() const noexcept;
  /// What is wrong with an event that could not be read, by its path; empty: nothing.
  const std::string& malformed() const noexcept;

  /// All that came. Usage is `estimated` unless the stream told it to the end: what was told before
  /// is the least it can be. Call it once, at last.
  chat_reply take_reply();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace spillway::wire::anthropic
