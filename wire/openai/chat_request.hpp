#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The body of POST /chat/completions, both ways. Covers text, tools and structured output without
/// streaming: what `chat_request` can say.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// Where servers of this dialect differ.
struct request_options {
  bool max_completion_tokens = true; ///< false: the older field `max_tokens`
  bool developer_role = false;       ///< true: system turns are sent as developer turns, else the
                                     ///< other way round
  bool stream = false; ///< the answer comes as chunks, the last of which tells its usage
};

/// The body for one call. `output_max` bounds the reply, reasoning included; zero leaves the field
/// out. A tool's schema that is no JSON object is sent as the text it is, so that the server
/// refuses it by name instead of us guessing another one.
std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options = {});

struct decoded_chat_request {
  std::string model;
  chat_request request;
  bool stream = false;
  bool include_usage = false; ///< with `stream`: the last chunk is to tell the usage
  std::string user;           ///< the caller's own name for its user; empty: not said
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< entries that are text
};

/// Reads a caller's body. Fields that `chat_request` cannot express and that only tune sampling or
/// bookkeeping are ignored; those whose loss would change the answer (`n` above 1, parts other than
/// text, `functions`) are refused.
/// Errors: no JSON, or a field that is missing, of the wrong type or refused, named by its path:
/// "messages[2].content must be a string".
result<decoded_chat_request> decode_chat_request(std::string_view body);

} // namespace spillway::wire::openai
