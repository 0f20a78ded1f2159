#include "simulator/openai_replies.hpp"

#include "wire/openai/embeddings.hpp"

#include <nlohmann/json.hpp>

namespace spillway::simulator {
namespace {

using nlohmann::json;

wire::http_response json_reply(int status, const json& body) {
  wire::http_response response;
  response.status = status;
  response.headers.add("content-type", "application/json");
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return response;
}

json null_if_empty(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

json message_of(const chat_message& said) {
  json message = {{"role", "assistant"}, {"refusal", nullptr}, {"content", said.text}};
  if (said.tool_calls.empty())
    return message;
  message["content"] = nullptr;
  for (const tool_call& call : said.tool_calls)
    message["tool_calls"].push_back(
        {{"id", call.id},
         {"type", "function"},
         {"function", {{"name", call.name}, {"arguments", call.arguments_json}}}});
  return message;
}

json choice_of(std::size_t index, const chat_message& said, finish_reason finish) {
  return {{"index", index},
          {"message", message_of(said)},
          {"logprobs", nullptr},
          {"finish_reason", to_string(finish)}};
}

json usage_of(const token_usage& usage) {
  return {{"prompt_tokens", usage.input.value()},
          {"completion_tokens", usage.output.value()},
          {"total_tokens", usage.total().value()},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_input.value()}}},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning.value()}}}};
}

} // namespace

wire::http_response error_reply(int status, const std::string& message, const std::string& type,
                                const std::string& param, const std::string& code) {
  return json_reply(status, {{"error",
                              {{"message", message},
                               {"type", type},
                               {"param", null_if_empty(param)},
                               {"code", null_if_empty(code)}}}});
}

wire::http_response chat_completion(const chat_reply& said, wall_time created) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(created.time_since_epoch()).count();
  json choices = json::array({choice_of(0, said.message, said.finish)});
  for (const chat_choice& other : said.alternatives)
    choices.push_back(choice_of(choices.size(), other.message, other.finish));
  return json_reply(200, {{"id", said.provider_request_id},
                          {"object", "chat.completion"},
                          {"created", seconds},
                          {"model", said.model_reported},
                          {"choices", choices},
                          {"usage", usage_of(said.usage)},
                          {"system_fingerprint", nullptr}});
}

wire::http_response embedding_list(const embedding_reply& vectors, bool base64) {
  wire::http_response response;
  response.headers.add("content-type", "application/json");
  response.body = wire::openai::encode_embedding_reply(vectors, base64);
  return response;
}

wire::http_response model_list(const std::vector<std::string>& names) {
  json models = json::array();
  for (const std::string& name : names)
    models.push_back(
        {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "simulator"}});
  return json_reply(200, {{"object", "list"}, {"data", models}});
}

wire::http_response unknown_route(std::string_view method, std::string_view path) {
  return error_reply(404, "Invalid URL (" + std::string{method} + " " + std::string{path} + ")",
                     "invalid_request_error", "", "");
}

wire::http_response wrong_method(std::string_view method, std::string_view allowed) {
  auto response = error_reply(405, "Not allowed to " + std::string{method} + " on this path.",
                              "invalid_request_error", "", "method_not_supported");
  response.headers.add("allow", std::string{allowed});
  return response;
}

wire::http_response missing_authorization() {
  return error_reply(401,
                     "You didn't provide an API key. You need to provide your API key in an "
                     "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                     "YOUR_KEY).",
                     "invalid_request_error", "", "");
}

wire::http_response unknown_model(const std::string& model) {
  return error_reply(404,
                     "The model `" + model + "` does not exist or you do not have access to it.",
                     "invalid_request_error", "", "model_not_found");
}

wire::http_response invalid_request(const std::string& message) {
  return error_reply(400, message, "invalid_request_error", "", "");
}

wire::http_response context_too_long(token_count allowed, token_count wanted) {
  return error_reply(400,
                     "This model's maximum context length is " + std::to_string(allowed.value())
                         + " tokens. However, your messages resulted in "
                         + std::to_string(wanted.value())
                         + " tokens. Please reduce the length of the messages.",
                     "invalid_request_error", "messages", "context_length_exceeded");
}

wire::http_response rate_limited(const std::string& type, const std::string& message) {
  return error_reply(429, message, type, "", "rate_limit_exceeded");
}

} // namespace spillway::simulator
