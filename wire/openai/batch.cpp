#include "wire/openai/batch.hpp"

#include "wire/json_reader.hpp"
#include "wire/json_text.hpp"

#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// The text of `failure` in two: before the first colon a code.
std::pair<std::string_view, std::string_view> code_and_message(std::string_view failure) {
  const std::size_t colon = failure.find(": ");
  if (colon == std::string_view::npos)
    return {"batch_failed", failure};
  return {failure.substr(0, colon), failure.substr(colon + 2)};
}

std::string failure_of(const json_node& error) {
  if (!error.present())
    return {};
  const std::string code = error["code"].text_or("batch_failed");
  return code + ": " + error["message"].text_or("no explanation");
}

} // namespace

void append_batch_call(std::string& file, const batch_call& call) {
  file += R"({"custom_id":)";
  append_json_string(file, call.custom_id);
  file += R"(,"method":"POST","url":)";
  append_json_string(file, call.url);
  file.append(R"(,"body":)").append(call.body).append("}\n");
}

result<batch_call> decode_batch_call(std::string_view line) {
  auto document = parse_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  batch_call call{root["custom_id"].text(), root["url"].text(), root["body"].object_text()};
  if (root["method"].text() != "POST")
    root["method"].reject("must be POST");
  if (!root["body"].present())
    root["body"].reject("is missing; expected an object");
  if (fault.found())
    return fault.take();
  return call;
}

void append_batch_outcome(std::string& file, const batch_outcome& outcome,
                          std::optional<nano_usd> cost) {
  file += R"({"custom_id":)";
  append_json_string(file, outcome.custom_id);
  if (outcome.failure.empty()) {
    file.append(R"(,"response":{"status_code":)").append(std::to_string(outcome.status));
    file.append(R"(,"body":)").append(outcome.body).append(R"(},"error":null)");
    if (cost)
      file.append(R"(,"cost_usd":)").append(to_decimal_usd(*cost));
    file += "}\n";
    return;
  }
  const auto [code, message] = code_and_message(outcome.failure);
  file += R"(,"response":null,"error":{"code":)";
  append_json_string(file, code);
  file += R"(,"message":)";
  append_json_string(file, message);
  file += "}}\n";
}

result<batch_outcome> decode_batch_outcome(std::string_view line) {
  auto document = parse_reply_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  batch_outcome outcome;
  outcome.custom_id = root["custom_id"].text();
  outcome.failure = failure_of(root["error"]);
  const json_node response = root["response"];
  if (response.present()) {
    outcome.status = static_cast<int>(response["status_code"].integer().value_or(0));
    outcome.body = response["body"].any_text();
  } else if (outcome.failure.empty()) {
    response.reject("is missing, and so is error");
  }
  if (fault.found())
    return fault.take();
  return outcome;
}

} // namespace spillway::wire::openai
