#include "wire/anthropic/error_body.hpp"

#include "wire/json_reader.hpp"

#include <array>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<int, std::string_view>, 10> types = {{
    {400, "invalid_request_error"},
    {401, "authentication_error"},
    {402, "billing_error"},
    {403, "permission_error"},
    {404, "not_found_error"},
    {413, "request_too_large"},
    {429, "rate_limit_error"},
    {500, "api_error"},
    {504, "timeout_error"},
    {529, "overloaded_error"},
}};

std::string text_of(const json_node& node) {
  return node.is_string() ? node.text() : node.any_text();
}

} // namespace

error_body decode_error_body(std::string_view body) {
  auto document = parse_json(body);
  if (!document || !document->is_object())
    return {{}, std::string{body}, {}};
  json_fault unread;
  const json_node root{*document, unread};
  const json_node problem = root["error"];
  if (!problem.is_object())
    return {{}, problem.present() ? text_of(problem) : std::string{body}, {}};
  return {text_of(problem["type"]), text_of(problem["message"]), text_of(root["request_id"])};
}

std::string encode_error_body(const error_body& body) {
  json out = {{"type", "error"}, {"error", {{"type", body.type}, {"message", body.message}}}};
  if (!body.request_id.empty())
    out["request_id"] = body.request_id;
  return dump_json(out);
}

std::string_view error_type_of(int status) {
  for (const auto& [known, type] : types)
    if (known == status)
      return type;
  return status >= 500 ? "api_error" : "invalid_request_error";
}

int status_of_type(std::string_view type) {
  for (const auto& [status, known] : types)
    if (known == type)
      return status;
  return 0;
}

} // namespace spillway::wire::anthropic
