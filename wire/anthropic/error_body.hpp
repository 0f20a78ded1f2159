#pragma once

#include <string>
#include <string_view>

namespace spillway::wire::anthropic {

/// What an error reply or an `error` event says. Empty: not said.
/// Source: https://platform.claude.com/docs/en/api/errors (2026-10).
struct error_body {
  std::string type; ///< "overloaded_error"
  std::string message;
  std::string request_id;
  friend bool operator==(const error_body&, const error_body&) = default;
};

/// Reads whatever came instead of an answer, and never fails: a body without the vendor's shape is
/// all message.
error_body decode_error_body(std::string_view body);

/// The vendor's shape, of replies and events alike.
std::string encode_error_body(const error_body& body);

/// The vendor's type for an HTTP status: "rate_limit_error" for 429. "api_error" for 500 and what
/// has no name of its own above it, "invalid_request_error" below.
std::string_view error_type_of(int status);

/// The status that goes with one of the vendor's types: what an error within a success would have
/// been. Zero: none of them.
int status_of_type(std::string_view type);

} // namespace spillway::wire::anthropic
