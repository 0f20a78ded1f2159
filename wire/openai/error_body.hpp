#pragma once

#include <string>
#include <string_view>

namespace spillway::wire::openai {

/// What an error reply says. Empty: not said.
struct error_body {
  std::string message;
  std::string type;
  std::string code; ///< numbers as text
  std::string param;
  friend bool operator==(const error_body&, const error_body&) = default;
};

/// Reads whatever came instead of an answer, and never fails: `{"error":{...}}`,
/// `{"error":"text"}`, a list of either, `errors`, an `error` within a choice, a flat object of
/// older vLLM, Google's `status` for a type, or no JSON at all: then the message is the body's text
/// without markup, so a proxy's HTML page still says something. What OpenRouter quotes of the
/// server behind it follows its own words.
error_body decode_error_body(std::string_view body);

/// True if the body is JSON with an error in any of these places, whatever its status said.
bool carries_error(std::string_view body);

/// The vendor's shape; empty parts are null.
std::string encode_error_body(const error_body& body);

} // namespace spillway::wire::openai
