#pragma once

#include "messages/completion.hpp"
#include "wire/http_message.hpp"
#include "wire/openai/error_body.hpp"

#include <string>
#include <string_view>

namespace spillway::gateway {

/// Why a caller gets no answer, before it is said in the words of the API that was called.
struct refusal {
  int status = 500;
  wire::openai::error_body body; ///< `type` and `code` are OpenAI's
  wire::http_headers headers{};  ///< beside the content's: Retry-After, Allow ...
};

/// 400: the body or a header is not what the API asks for. If `why` begins with its place, as
/// decoders put it, that is the `param`.
refusal malformed_request(const std::string& why);
/// 4xx and 503: the listener could not read the request, or takes no more connections.
refusal unread_request(int status, const std::string& why);
/// 401.
refusal unauthorized();
/// 403: the key may not do this.
refusal forbidden(const std::string& why);
/// 404.
refusal unknown_path(std::string_view method, std::string_view path);
/// 404: there is no model or route of that name.
refusal unknown_model(std::string_view id);
/// 404: no request of that name is remembered.
refusal unknown_request(std::string_view name);
/// 405 with the method that is allowed.
refusal wrong_method(std::string_view method, std::string_view allowed);
/// 422: an Idempotency-Key came again with another body.
refusal reused_key();
/// 503: the gateway is going down.
refusal draining();

/// What a completion without an answer is for HTTP: the one map. Each 429 and 503 says when to
/// come again, in whole seconds from 1. Requires: `m` is not answered.
/// Source: https://platform.openai.com/docs/guides/error-codes (2026-10).
refusal refusal_of(const completion_reply& m);

/// In OpenAI's shape.
wire::http_response encode_refusal(const refusal& r);

} // namespace spillway::gateway
