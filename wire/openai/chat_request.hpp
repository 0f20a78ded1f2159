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

/// The `foreign_fields` of this dialect.
inline constexpr std::string_view chat_dialect = "openai";

/// The body for one call. `output_max` bounds the reply, reasoning included; zero leaves the field
/// out. A tool's schema that is no JSON object is sent as the text it is, so that the server
/// refuses it by name instead of us guessing another one. Foreign fields of this dialect are added
/// as they came, where they say nothing that the request says itself.
std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options = {});

struct decoded_chat_request {
  std::string model;
  chat_request request;
  bool stream = false;
  bool include_usage = false; ///< with `stream`: the last chunk is to tell the usage
  std::string user;           ///< the caller's own name for its user; empty: not said
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< see `wire/metadata.hpp`
  std::vector<std::string> unread{}; ///< within the fields that are modelled: "messages.audio"
};

/// Reads a caller's body. Top-level fields that `chat_request` does not model are kept in
/// `foreign`; what would be lost on the way and change the answer (`functions`, tools of other
/// kinds than functions, parts of other kinds than text, image, audio and file) is refused.
/// Errors: no JSON, or a field that is missing, of the wrong type or refused, named by its path:
/// "messages[2].content must be a string".
result<decoded_chat_request> decode_chat_request(std::string_view body);

} // namespace spillway::wire::openai
