#pragma once

#include "core/chat_delta.hpp"
#include "gateway/refusal.hpp"
#include "wire/openai/chat_chunk.hpp"

#include <string>
#include <string_view>

namespace spillway::gateway {

/// What begins every stream.
struct stream_opening {
  std::string id;    ///< of the reply, as its dialect names replies
  std::string model; ///< that answers
  wall_time at{};
  token_count input_likely{}; ///< of the prompt, by the model that answers; zero: not known
};

/// Writes the events of one streamed reply in the caller's dialect. Each function appends to `out`.
/// `begin` comes first, and exactly one of `end` and `fail` last.
class stream_encoder {
public:
  virtual ~stream_encoder() = default;
  virtual void begin(const stream_opening& opening, std::string& out) = 0;
  virtual void add(const chat_delta& delta, std::string& out) = 0;
  virtual void end(const chat_reply& reply, std::string& out) = 0;
  /// The reply broke off.
  virtual void fail(const refusal& why, std::string& out) = 0;
};

/// `chat.completion.chunk` events. `include_usage`: the last one before the end tells the usage.
class chat_chunk_encoder final : public stream_encoder {
public:
  explicit chat_chunk_encoder(bool include_usage) : include_usage_{include_usage} {}

  void begin(const stream_opening& opening, std::string& out) override;
  void add(const chat_delta& delta, std::string& out) override;
  void end(const chat_reply& reply, std::string& out) override;
  void fail(const refusal& why, std::string& out) override;

private:
  wire::openai::chunk_head head_;
  bool include_usage_;
};

} // namespace spillway::gateway
