#pragma once

#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Google's servers send instead of an answer: `google.rpc.Status` with details.
/// Sources: https://ai.google.dev/gemini-api/docs/troubleshooting,
/// https://cloud.google.com/apis/design/errors (2026-10); recorded bodies, 2024-12 to 2026-08.
namespace spillway::wire::gemini {

/// One quota that a call would have overrun.
struct quota_violation {
  std::string metric; ///< "generativelanguage.googleapis.com/generate_content_free_tier_requests"
  std::string id;     ///< "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
  std::string model;
  std::optional<std::int64_t> value{}; ///< the limit, if told
  friend bool operator==(const quota_violation&, const quota_violation&) = default;
};

/// Empty: not said.
struct error_body {
  std::string message;
  int code = 0;       ///< the HTTP status the vendor means
  std::string status; ///< "RESOURCE_EXHAUSTED"
  std::string reason; ///< of `ErrorInfo`: "API_KEY_INVALID", "RATE_LIMIT_EXCEEDED"
  std::vector<quota_violation> violations;
  std::optional<duration> retry_delay;
  friend bool operator==(const error_body&, const error_body&) = default;
};

/// Never fails: `{"error":{...}}`, a list of it, or no JSON at all; then only the message is there,
/// the body's text. Quotas that only the message or Vertex's `ErrorInfo` tells are violations too,
/// and a delay that only the message tells is the delay.
error_body decode_error_body(std::string_view body);

/// The vendor's shape, with a `QuotaFailure`, a `RetryInfo` and an `ErrorInfo` as far as they have
/// something to say.
std::string encode_error_body(const error_body& body);

} // namespace spillway::wire::gemini
