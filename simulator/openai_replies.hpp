#pragma once

#include "core/chat.hpp"
#include "core/embedding.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::simulator {

/// OpenAI's replies, with its words, types and codes.
/// Source: openai-openapi 2.3.0 and recorded bodies, 2023-10 to 2026-08.

/// An object `{"error": {...}}`; empty `param` and `code` become null.
wire::http_response error_reply(int status, const std::string& message, const std::string& type,
                                const std::string& param, const std::string& code);

/// 200 with a chat.completion; its id is the reply's `provider_request_id`.
wire::http_response chat_completion(const chat_reply& said, wall_time created);
/// 200 with a list of vectors.
wire::http_response embedding_list(const embedding_reply& vectors, bool base64);
/// 200 with the models on offer.
wire::http_response model_list(const std::vector<std::string>& names);

wire::http_response unknown_route(std::string_view method, std::string_view path);
wire::http_response wrong_method(std::string_view method, std::string_view allowed);
wire::http_response missing_authorization();
wire::http_response unknown_model(const std::string& model);
wire::http_response invalid_request(const std::string& message);
wire::http_response context_too_long(token_count allowed, token_count wanted);
/// `type` is "tokens" or "requests".
wire::http_response rate_limited(const std::string& type, const std::string& message);

} // namespace spillway::simulator
