#include "providers/failure.hpp"

#include "core/bounds.hpp"
#include "providers/redaction.hpp"
#include "providers/refused_limit.hpp"
#include "wire/anthropic/error_body.hpp"
#include "wire/duration.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/openai/finish.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spillway::providers {
namespace {

using wire::openai::error_body;

struct phrase {
  std::string_view text;
  failure_kind kind;
};

/// Codes and types that say all, whatever the status.
constexpr std::array<phrase, 26> codes = {{
    {"insufficient_quota", failure_kind::quota_exhausted},
    {"billing_error", failure_kind::quota_exhausted},
    {"billing_not_active", failure_kind::quota_exhausted},
    {"billing_hard_limit_reached", failure_kind::quota_exhausted},
    {"context_length_exceeded", failure_kind::context_too_long},
    {"exceed_context_size_error", failure_kind::context_too_long},
    {"content_filter", failure_kind::content_filtered},
    {"content_policy_violation", failure_kind::content_filtered},
    {"moderation_blocked", failure_kind::content_filtered},
    {"data_inspection_failed", failure_kind::content_filtered},
    {"invalid_prompt", failure_kind::content_filtered},
    {"invalid_api_key", failure_kind::unauthorized},
    {"authentication_error", failure_kind::unauthorized},
    {"permission_error", failure_kind::unauthorized},
    {"model_not_found", failure_kind::model_unavailable},
    {"DeploymentNotFound", failure_kind::model_unavailable},
    {"invalid_model", failure_kind::model_unavailable},
    {"model_decommissioned", failure_kind::model_unavailable},
    {"model_terms_required", failure_kind::model_unavailable},
    {"model_not_available", failure_kind::model_unavailable},
    // The model's fault, not the caller's: another try may go well.
    {"tool_use_failed", failure_kind::malformed_reply},
    {"json_validate_failed", failure_kind::malformed_reply},
    {"rate_limit_exceeded", failure_kind::rate_limited},
    {"slow_down", failure_kind::overloaded},
    {"overloaded_error", failure_kind::overloaded},
    {"capacity_exceeded", failure_kind::overloaded},
}};

/// Words of refusals that come under a code of no use.
constexpr std::array<phrase, 23> refusal_words = {{
    {"maximum context length", failure_kind::context_too_long},
    {"exceeds the context window", failure_kind::context_too_long},
    {"exceed context limit", failure_kind::context_too_long},
    {"exceeds the available context size", failure_kind::context_too_long},
    {"exceeded max context length", failure_kind::context_too_long},
    {"prompt is too long", failure_kind::context_too_long},
    {"prompt too long", failure_kind::context_too_long},
    {"exceeds the maximum number of tokens", failure_kind::context_too_long},
    {"maximum prompt length", failure_kind::context_too_long},
    {"longer than the maximum model length", failure_kind::context_too_long},
    {"greater than the context length", failure_kind::context_too_long},
    {"`inputs` tokens + `max_new_tokens` must be", failure_kind::context_too_long},
    {"nput is too long", failure_kind::context_too_long},
    {"content filtering policy", failure_kind::content_filtered},
    {"your input was flagged", failure_kind::content_filtered},
    {"violates usage guidelines", failure_kind::content_filtered},
    {"Content Exists Risk", failure_kind::content_filtered},
    {"credit balance is too low", failure_kind::quota_exhausted},
    {"Insufficient Balance", failure_kind::quota_exhausted},
    {"reached your specified API usage limits", failure_kind::quota_exhausted},
    {"API key not valid", failure_kind::unauthorized},
    {"API_KEY_INVALID", failure_kind::unauthorized},
    {"not a valid model ID", failure_kind::model_unavailable},
}};

/// Words by which a 429 says that money is wanted, not patience. Anthropic's come without a
/// retry-after.
constexpr std::array<std::string_view, 5> money_words = {
    "spend limit", "spending limit", "usage limits", "credit balance", "Extra usage is required"};

/// A daily quota that gives out again this soon is worth waiting for.
constexpr duration short_wait = std::chrono::minutes{1};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::optional<failure_kind> kind_by_code(const error_body& body) {
  for (const phrase& known : codes)
    if (body.code == known.text || body.type == known.text)
      return known.kind;
  return std::nullopt;
}

std::optional<failure_kind> kind_by_words(const error_body& body) {
  for (const phrase& known : refusal_words)
    if (holds(body.message, known.text))
      return known.kind;
  return std::nullopt;
}

/// The kinds whose reaction is what the vendor's advice asks for.
failure_kind advised(failure_kind kind, std::string_view should_retry) {
  if (should_retry == "true" && kind == failure_kind::invalid_request)
    return failure_kind::overloaded;
  if (should_retry != "false")
    return kind;
  if (kind == failure_kind::rate_limited)
    return failure_kind::quota_exhausted;
  const bool would_retry = kind == failure_kind::overloaded || kind == failure_kind::conflict;
  return would_retry ? failure_kind::model_unavailable : kind;
}

/// Which window a 429 closed. Google's days end at midnight whatever its delay says; OpenAI's
/// refill all day.
failure_kind closed_window(const error_body& body, std::optional<duration> wait) {
  if (holds(body.message, "PerDay") || holds(body.message, "limit: 0,"))
    return failure_kind::quota_exhausted;
  if (std::ranges::any_of(money_words, [&](std::string_view w) { return holds(body.message, w); }))
    return failure_kind::quota_exhausted;
  const auto limit = refused_limit(body.type, body.message);
  const bool daily =
      limit == rate::dimension::requests_per_day || limit == rate::dimension::tokens_per_day;
  return daily && wait.value_or(duration::max()) > short_wait ? failure_kind::quota_exhausted
                                                              : failure_kind::rate_limited;
}

/// The status to judge by: an error inside a success brings its own, or none.
int status_within(const wire::http_response& response, const error_body& body) {
  if (response.status != 200)
    return response.status;
  int own = 0;
  std::from_chars(body.code.data(), body.code.data() + body.code.size(), own);
  if (own >= 400 && own < 600)
    return own;
  const int named = wire::anthropic::status_of_type(body.type);
  return named != 0 ? named : 500;
}

failure_kind kind_of(const wire::http_response& response, const error_body& body,
                     std::optional<duration> wait) {
  const int status = status_within(response, body);
  if (status == 413) // Groq calls it a rate limit, but waiting does not make the request smaller
    return failure_kind::context_too_long;
  failure_kind kind = kind_of_status(status);
  if (const auto by_code = kind_by_code(body))
    kind = *by_code;
  else if (const auto by_words = status < 429 ? kind_by_words(body) : std::nullopt)
    kind = *by_words;
  kind = advised(kind, response.headers.find("x-should-retry"));
  return kind == failure_kind::rate_limited ? closed_window(body, wait) : kind;
}

/// "... Please try again in 16.782s." -> 16.782 s; Azure's "retry after 21 seconds" -> 21 s
std::optional<duration> wait_in_words(std::string_view message) {
  constexpr std::array<std::string_view, 4> openings = {"try again in ", "retry in ",
                                                        "retry after ", "\"retryDelay\":\""};
  constexpr std::string_view notation = "0123456789.hmsun";
  for (const std::string_view opening : openings) {
    const auto at = message.find(opening);
    if (at == std::string_view::npos)
      continue;
    const std::string_view rest = message.substr(at + opening.size());
    std::string text{rest.substr(0, rest.find_first_not_of(notation))};
    if (text.ends_with('.'))
      text.pop_back();
    if (rest.substr(text.size()).starts_with(" second"))
      text += 's';
    if (const auto wait = wire::parse_go_duration(text))
      return wait;
  }
  return std::nullopt;
}

/// Anthropic sends the header with every success too, where it means nothing.
std::optional<duration> wait_in_headers(const wire::http_response& response, wall_time now) {
  if (response.status == 200)
    return std::nullopt;
  if (const auto exact = wire::parse_milliseconds(response.headers.find("retry-after-ms")))
    return exact;
  return wire::parse_retry_after(response.headers.find("retry-after"), now);
}

std::optional<duration> retry_after(const wire::http_response& response, const error_body& body,
                                    wall_time now) {
  auto wait = wait_in_headers(response, now);
  if (!wait)
    wait = wait_in_words(body.message);
  if (wait)
    wait = std::min<duration>(*wait, bounds::retry_after_max);
  return wait;
}

std::string message_of(int status, const error_body& body, const secret& key) {
  std::string text = redacted(body.message, key);
  return text.empty() ? "HTTP " + std::to_string(status) + " without an explanation" : text;
}

} // namespace

failure_kind kind_of_status(int status) {
  switch (status) {
    case 401:
    case 403: return failure_kind::unauthorized;
    case 402: return failure_kind::quota_exhausted;
    case 404: return failure_kind::model_unavailable;
    case 409: return failure_kind::conflict;
    case 413: return failure_kind::context_too_long;
    case 429: return failure_kind::rate_limited;
    case 408:
    case 425: return failure_kind::overloaded;
    default: break;
  }
  if (status >= 500)
    return failure_kind::overloaded;
  return status >= 400 ? failure_kind::invalid_request : failure_kind::malformed_reply;
}

call_failure failure_of(const wire::http_response& response, wall_time now, const secret& key) {
  const error_body body = wire::openai::decode_error_body(response.body);
  call_failure failure;
  failure.http_status = response.status;
  failure.retry_after = retry_after(response, body, now);
  failure.kind = kind_of(response, body, failure.retry_after);
  failure.message = message_of(response.status, body, key);
  if (failure.kind == failure_kind::rate_limited || failure.kind == failure_kind::quota_exhausted)
    failure.refused_by = refused_limit(body.type, body.message);
  return failure;
}

std::optional<call_failure> failure_in(const chat_reply& reply) {
  const std::string& native = reply.finish_native;
  if (wire::openai::is_broken_off(native))
    return call_failure{failure_kind::interrupted, 200,
                        "the server broke the answer off: finish_reason " + native, std::nullopt};
  if (wire::openai::is_unusable(native))
    return malformed_reply(200, "the model's answer is of no use: finish_reason " + native);
  return std::nullopt;
}

call_failure malformed_reply(int http_status, std::string_view why) {
  return {failure_kind::malformed_reply, http_status, std::string{why}, std::nullopt};
}

} // namespace spillway::providers
