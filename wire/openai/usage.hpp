#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/openai`: what a call used.
namespace spillway::wire::openai {

nlohmann::json encode_usage(const token_usage& usage);

/// See `decode_chat_reply`; never a fault, since the answer is worth more than its count.
token_usage decode_usage(const nlohmann::json& usage);

} // namespace spillway::wire::openai
