#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "wire/openai/request_options.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The body of POST /chat/completions, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// The body for one call. `output_max` bounds the reply, reasoning included; zero leaves the field
/// out. A tool's schema that is no JSON object is sent as the text it is, so that the server
/// refuses it by name instead of us guessing another one. Foreign fields of this dialect that the
/// server takes are added as they came, where they say nothing that the request says itself.
std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options = {});

struct decoded_chat_request {
  std::string model;
  chat_request request;
  bool stream = false;
  bool include_usage = false; ///< with `stream`: the last chunk is to tell the usage
  std::string user;           ///< the caller's own name for its user; empty: not said
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< see `wire/metadata.hpp`
  std::vector<std::string> unread{}; ///< and not foreign either: "messages.content.x" of a refusal
};

/// Reads a caller's body. Fields that `chat_request` does not model are kept as foreign in what
/// they stand in; what would be lost on the way and change the answer (`functions`, tools of other
/// kinds than functions, parts of other kinds than text, image, audio and file) is refused.
/// Errors: no JSON, or a field that is missing, of the wrong type or refused, named by its path:
/// "messages[2].content must be a string".
result<decoded_chat_request> decode_chat_request(std::string_view body);

} // namespace spillway::wire::openai
