#pragma once

#include "core/chat_delta.hpp"
#include "wire/anthropic/error_body.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::wire::anthropic {

/// What a stream says of itself at its start.
struct event_head {
  std::string id;
  std::string model;
  token_usage prompt{}; ///< its input, by our own count where no provider has told yet
};

/// Writes one reply as the events a caller of POST /v1/messages streams: each function returns the
/// text to send. Only the first answer is written: the dialect knows no more.
/// Source: as `chat_chunk.hpp`.
class event_writer {
public:
  explicit event_writer(event_head head);

  /// Call it once, at first.
  std::string begin() const;

  /// Opens and ends blocks as the deltas demand. A piece of a tool call whose block has ended
  /// cannot be said any more and breaks the stream: an `error` event, and nothing after it.
  std::string add(const chat_delta& delta);

  /// The end of a whole answer, with what it used.
  std::string end(const chat_reply& reply);

  /// The end of an answer that broke off.
  std::string fail(const error_body& why);

  /// Keeps connections open while the model thinks.
  static std::string ping();

private:
  enum class block_kind { text, thinking, call };

  void open(block_kind kind, std::string& out);
  void close(std::string& out);
  void write(std::string_view type, std::string_view member, const std::string& more,
             std::string& out);
  void add_call(const tool_call_delta& call, std::string& out);
  void add_redacted(const std::string& data, std::string& out);

  event_head head_;
  std::optional<block_kind> open_;
  std::size_t blocks_ = 0; ///< begun
  std::size_t calls_ = 0;  ///< begun
  bool over_ = false;
};

} // namespace spillway::wire::anthropic
