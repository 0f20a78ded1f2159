#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "wire/anthropic/model_traits.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The body of POST /v1/messages, both ways.
/// Source: https://platform.claude.com/docs/en/api/messages, anthropic-sdk-python
/// src/anthropic/types/message_create_params.py (2026-10).
namespace spillway::wire::anthropic {

struct request_options {
  model_traits traits;
  bool stream = false;
};

/// The body for one call. `output_max` bounds the reply, thoughts included; zero: the model's own
/// bound, since the vendor wants one.
///
/// What this dialect says otherwise:
/// - leading system and developer turns become `system`; later ones stay where they are if the
///   model takes them there, else they become text of the user's turn;
/// - turns of one role are merged, the results of tools before everything else, and the first is
///   the user's, whatever it takes;
/// - thoughts go back to the model they came from, at their place, and to no other;
/// - blank texts, arguments that are no JSON, samplers the model refuses and cache marks beyond the
///   four allowed are left out; a temperature above 1 is 1;
/// - structured output is a format, or for older models a tool that takes the answer.
///
/// What it cannot say at all (audio, several answers) is sent under its own name, so that the
/// vendor refuses it instead of us answering another question.
std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options);

/// The body of POST /v1/messages/count_tokens for the same call.
std::string encode_count_request(const chat_request& request, std::string_view model,
                                 const request_options& options);

/// What its caller asked for in an `anthropic-beta` header, if it was of this dialect: its foreign
/// fields may be refused without.
std::string beta_of(const chat_request& request);

struct decoded_chat_request {
  std::string model;
  chat_request request;
  bool stream = false;
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< see `wire/metadata.hpp`
  std::vector<std::string> unread{}; ///< and not foreign either: "messages.note"
};

/// Reads a caller's body. Fields, tools and blocks that `chat_request` does not model are kept as
/// foreign in what they stand in, and so is `beta`, the caller's `anthropic-beta` header.
/// Errors: no JSON, or a field that is missing, of the wrong type or out of range, named by its
/// path: "messages[2].content[0].tool_use_id is missing; expected a string".
result<decoded_chat_request> decode_chat_request(std::string_view body, std::string_view beta = {});

/// Reads a caller's body to count. As above, but `max_tokens` need not be there.
result<decoded_chat_request> decode_count_request(std::string_view body);

} // namespace spillway::wire::anthropic
