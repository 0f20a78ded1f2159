#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "wire/foreign_rule.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The body of POST /responses, both ways.
/// Source: https://github.com/openai/openai-openapi 2.3.0 (2026-08-21).
namespace spillway::wire::openai {

/// Of the foreign fields of /chat/completions those that mean the same here.
foreign_rule response_foreign();

/// The body for one call, to be answered without the vendor keeping anything: all turns are sent,
/// thoughts of the dialect "openai" as the items they came in, and new ones are asked for
/// encrypted. `stop`, `seed`, penalties and several answers are no part of this API. `sampling`:
/// false leaves out temperature and its like.
std::string encode_response_request(const chat_request& request, std::string_view model,
                                    token_count output_max, bool stream, bool sampling);

struct decoded_response_request {
  std::string model;
  chat_request request;
  bool stream = false;
  std::string user; ///< the caller's own name for its user; empty: not said
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< see `wire/metadata.hpp`
  std::vector<std::string> unread{}; ///< what is dropped: "truncation", "input.caption"
};

/// Reads a caller's body. Items of one assistant's turn become one turn. Fields of /responses that
/// /chat/completions has too are kept in `foreign`; the others only tell the vendor what to keep or
/// to repeat and are dropped. What would be lost and change the answer is refused: references to
/// what a server would have kept, tools other than functions, background work.
/// Errors: as in `decode_chat_request`.
result<decoded_response_request> decode_response_request(std::string_view body);

} // namespace spillway::wire::openai
