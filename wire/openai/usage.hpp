#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <string_view>

/// Internal to the sources of `wire/openai`: what a call used.
namespace spillway::wire::openai {

nlohmann::json encode_usage(const token_usage& usage);

/// The same by the names of /responses: `input_tokens`, `output_tokens`.
nlohmann::json encode_response_usage(const token_usage& usage);

/// See `decode_chat_reply`; never a fault, since the answer is worth more than its count. Reads the
/// names of both APIs.
token_usage decode_usage(const nlohmann::json& usage);

/// OpenAI's word for how soon a call is served; "auto", "default" and whatever we do not know are
/// the standard. Source: https://platform.openai.com/docs/api-reference/chat/create (2026-10).
service_tier decode_service_tier(std::string_view name);

} // namespace spillway::wire::openai
