#pragma once

#include "messages/completion.hpp"
#include "wire/http_message.hpp"
#include "wire/openai/error_body.hpp"

#include <string>
#include <string_view>

/// The one map from what went wrong to HTTP, in OpenAI's shape, so that its clients understand it.
/// Source: https://platform.openai.com/docs/guides/error-codes (2026-10).
namespace spillway::gateway {

wire::http_response error_reply(int status, const wire::openai::error_body& body);

/// 400: the body is not what the dialect asks for.
wire::http_response malformed_request(const std::string& why);
/// 401.
wire::http_response unauthorized();
/// 404.
wire::http_response unknown_path(std::string_view method, std::string_view path);
/// 405 with the method that is allowed.
wire::http_response wrong_method(std::string_view method, std::string_view allowed);
/// 503: the gateway is going down.
wire::http_response draining();

/// What a completion that has no answer is for HTTP. Every 429 and 503 says when to come again, in
/// whole seconds from 1. Requires: `m` is not answered.
wire::http_response error_reply(const completion_reply& m);

/// The body of the same, for a reply that has already begun.
wire::openai::error_body error_body_of(const completion_reply& m);

} // namespace spillway::gateway
