#pragma once

#include "core/chat.hpp"
#include "core/failure.hpp"
#include "core/secret.hpp"
#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What an HTTP reply that is no answer means. The one place that reads vendors' error codes, with
/// `gemini_failure` for Google's own.
/// Sources: https://platform.openai.com/docs/guides/error-codes,
/// https://ai.google.dev/gemini-api/docs/troubleshooting, the vendors' SDKs (all 2026-10-27).
namespace spillway::providers {

/// Decides by what the body says (codes first, then known phrases), else by the status; then
/// `x-should-retry` may turn a kind that is retried into one that is not, or a plain 4xx the other
/// way. A 200 that holds an error is judged by the error alone.
///
/// `retry_after` is the first of `retry-after-ms`, `retry-after` and the message's own words
/// ("Please try again in 16.782s", "retry after 21 seconds"), at most `bounds::retry_after_max`.
/// The message is at most `bounds::failure_message_bytes_max` bytes and free of credentials, `key`
/// included.
call_failure failure_of(const wire::http_response& response, wall_time now, const secret& key);

/// Why a reply of the OpenAI dialect that could be read is no answer, absent if it is one: its
/// server gave up within it, or the model got a call wrong, which is worth another try.
std::optional<call_failure> failure_in(const chat_reply& reply);

/// By the HTTP status alone: what is left when a vendor's own words say nothing.
failure_kind kind_of_status(int status);

/// A success whose body could not be read; `why` says what is wrong with it.
call_failure malformed_reply(int http_status, std::string_view why);

} // namespace spillway::providers
