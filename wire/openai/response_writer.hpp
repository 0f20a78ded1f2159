#pragma once

#include "core/chat.hpp"
#include "core/chat_delta.hpp"
#include "core/units.hpp"
#include "wire/openai/error_body.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Replies to POST /responses, streamed or not.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// What every object of one response repeats.
struct response_head {
  std::string id;
  std::string model;
  wall_time created{};
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< of the request
};

/// Writes the events of one response as its deltas come, each with its `sequence_number`: begin,
/// any number of adds, then complete or fail. Owned by whoever streams it. Of several answers only
/// the first is part of this API.
class response_writer {
public:
  /// `request`: what the response repeats of it.
  response_writer(response_head head, const chat_request& request);
  ~response_writer();
  response_writer(response_writer&&) noexcept;
  response_writer& operator=(response_writer&&) noexcept;

  /// Each appends whole events to `out`.
  void begin(std::string& out);
  void add(const chat_delta& delta, std::string& out);
  void complete(finish_reason finish, const token_usage& usage, std::string& out);
  void fail(const error_body& why, std::string& out);

private:
  friend std::string encode_response_reply(const chat_reply&, response_head, const chat_request&);
  struct state;
  std::unique_ptr<state> state_;
};

/// The body of a reply that is not streamed.
std::string encode_response_reply(const chat_reply& reply, response_head head,
                                  const chat_request& request);

} // namespace spillway::wire::openai
