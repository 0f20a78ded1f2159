#include "providers/gemini_failure.hpp"

#include "core/bounds.hpp"
#include "core/money/calendar.hpp"
#include "providers/failure.hpp"
#include "providers/redaction.hpp"
#include "wire/duration.hpp"
#include "wire/gemini/error_body.hpp"
#include "wire/gemini/finish.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace spillway::providers {
namespace {

using wire::gemini::error_body;
using wire::gemini::quota_violation;

struct phrase {
  std::string_view text;
  failure_kind kind;
};

/// Reasons of `ErrorInfo`, and words in messages that come under a status of no use.
constexpr std::array<phrase, 20> phrases = {{
    {"API_KEY_INVALID", failure_kind::unauthorized},
    {"API key not valid", failure_kind::unauthorized},
    {"API key expired", failure_kind::unauthorized},
    {"User location is not supported", failure_kind::unauthorized},
    {"BILLING_DISABLED", failure_kind::quota_exhausted},
    {"enable billing", failure_kind::quota_exhausted},
    {"prepayment credits", failure_kind::quota_exhausted},
    {"spending cap", failure_kind::quota_exhausted},
    {"spending limit", failure_kind::quota_exhausted},
    {"spend cap", failure_kind::quota_exhausted},
    {"spend limit", failure_kind::quota_exhausted},
    {"exceeds the maximum number of tokens", failure_kind::context_too_long},
    {"but the model only supports up to", failure_kind::context_too_long},
    {"input context is too long", failure_kind::context_too_long},
    {"Request payload size exceeds the limit", failure_kind::context_too_long},
    {"is not found for API version", failure_kind::model_unavailable},
    {"is not supported for generateContent", failure_kind::model_unavailable},
    {"is no longer available", failure_kind::model_unavailable},
    {"PROHIBITED_CONTENT", failure_kind::content_filtered},
    {"The operation was cancelled", failure_kind::interrupted},
}};

/// Source: https://cloud.google.com/apis/design/errors#handling_errors (2026-10).
constexpr std::array<phrase, 14> statuses = {{
    {"RESOURCE_EXHAUSTED", failure_kind::rate_limited},
    {"UNAVAILABLE", failure_kind::overloaded},
    {"INTERNAL", failure_kind::overloaded},
    {"DEADLINE_EXCEEDED", failure_kind::overloaded},
    {"UNKNOWN", failure_kind::overloaded},
    {"DATA_LOSS", failure_kind::overloaded},
    {"ABORTED", failure_kind::conflict},
    {"CANCELLED", failure_kind::interrupted},
    {"UNAUTHENTICATED", failure_kind::unauthorized},
    {"PERMISSION_DENIED", failure_kind::unauthorized},
    {"NOT_FOUND", failure_kind::model_unavailable},
    {"UNIMPLEMENTED", failure_kind::model_unavailable},
    {"INVALID_ARGUMENT", failure_kind::invalid_request},
    {"FAILED_PRECONDITION", failure_kind::invalid_request},
}};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// An error inside a success brings its own status.
int status_within(const wire::http_response& response, const error_body& body) {
  if (response.status != 200)
    return response.status;
  return body.code >= 400 ? body.code : 500;
}

failure_kind kind_of(int status, const error_body& body) {
  for (const phrase& known : phrases)
    if (body.reason == known.text || holds(body.message, known.text))
      return known.kind;
  if (status == 413)
    return failure_kind::context_too_long;
  for (const phrase& known : statuses)
    if (body.status == known.text)
      return known.kind;
  return kind_of_status(status);
}

bool is_daily(const quota_violation& v) {
  return holds(v.id, "PerDay") || holds(v.metric, "per_day");
}

bool is_never(const quota_violation& v) {
  return v.value == 0;
}

/// The violation that rules, or null if the body names none.
const quota_violation* ruling(const error_body& body) {
  for (auto is : {is_never, is_daily})
    if (const auto found = std::ranges::find_if(body.violations, is);
        found != body.violations.end())
      return &*found;
  return body.violations.empty() ? nullptr : &body.violations.front();
}

rate::dimension dimension_of(const quota_violation& v) {
  const bool tokens = holds(v.id, "Token") || holds(v.metric, "token");
  if (is_daily(v))
    return tokens ? rate::dimension::tokens_per_day : rate::dimension::requests_per_day;
  return tokens ? rate::dimension::tokens_per_minute : rate::dimension::requests_per_minute;
}

duration until_midnight_in_california(wall_time now) {
  return money::period_at(money::period::day, now, "America/Los_Angeles").end - now;
}

/// Which quota closed, and for how long.
void judge_quota(const error_body& body, wall_time now, call_failure& failure) {
  const quota_violation* rules = ruling(body);
  if (!rules)
    return;
  if (is_never(*rules)) {
    failure.kind = failure_kind::quota_exhausted;
    return;
  }
  failure.refused_by = dimension_of(*rules);
  if (is_daily(*rules)) {
    failure.kind = failure_kind::quota_exhausted;
    failure.retry_after = until_midnight_in_california(now);
  }
}

std::string quota_text(const quota_violation& v) {
  const std::string name = v.id.empty() ? v.metric : v.id;
  if (is_never(v))
    return "this account has no quota " + name + " for the model: ";
  return "quota " + name + (v.value ? " of " + std::to_string(*v.value) : "") + " is used up: ";
}

std::string message_of(int status, const error_body& body, const secret& key) {
  const quota_violation* rules = ruling(body);
  const std::string text = (rules ? quota_text(*rules) : "") + body.message;
  return text.empty() ? "HTTP " + std::to_string(status) + " without an explanation"
                      : redacted(text, key);
}

call_failure unusable(failure_kind kind, std::string message) {
  return {kind, 200, std::move(message), std::nullopt};
}

} // namespace

call_failure gemini_failure_of(const wire::http_response& response, wall_time now,
                               const secret& key) {
  const error_body body = wire::gemini::decode_error_body(response.body);
  call_failure failure;
  failure.http_status = response.status;
  failure.kind = kind_of(status_within(response, body), body);
  failure.retry_after = body.retry_delay;
  if (!failure.retry_after && response.status != 200)
    failure.retry_after = wire::parse_retry_after(response.headers.find("retry-after"), now);
  if (failure.retry_after)
    failure.retry_after = std::min<duration>(*failure.retry_after, bounds::retry_after_max);
  if (failure.kind == failure_kind::rate_limited)
    judge_quota(body, now, failure);
  failure.message = message_of(response.status, body, key);
  return failure;
}

std::optional<call_failure> gemini_failure_in(const chat_reply& reply) {
  const bool is_empty = reply.message.text.empty() && reply.message.parts.empty()
                        && reply.message.tool_calls.empty();
  const std::string& native = reply.finish_native;
  if (wire::gemini::is_fault(native))
    return unusable(failure_kind::malformed_reply,
                    "the model's answer is of no use: finishReason " + native);
  if (!is_empty)
    return std::nullopt;
  if (reply.finish == finish_reason::content_filter && reply.usage.output == token_count{})
    return unusable(failure_kind::content_filtered, "the prompt was blocked: " + native);
  if (reply.finish == finish_reason::stop)
    return unusable(failure_kind::malformed_reply,
                    "the answer is empty, finishReason " + (native.empty() ? "none" : native));
  return std::nullopt;
}

} // namespace spillway::providers
