#pragma once

#include "wire/json_reader.hpp"

#include <string>
#include <string_view>

/// Internal to the sources of `wire/openai`: {"content":[...],"refusal":[...]}.
namespace spillway::wire::openai {

/// Null for an empty text.
nlohmann::json encode_logprobs(std::string_view text);

/// One object of the lists in several, one a line, as a stream tells them piece by piece.
std::string joined_logprobs(std::string_view lines);

} // namespace spillway::wire::openai
