#include "wire/openai/chat_reply.hpp"

#include "wire/json_reader.hpp"
#include "wire/openai/finish.hpp"
#include "wire/openai/message.hpp"
#include "wire/openai/usage.hpp"

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

json encode_message(const chat_reply& reply) {
  const chat_message& message = reply.message;
  json out = {{"role", "assistant"}, {"content", message.text}, {"refusal", nullptr}};
  if (!reply.refusal.empty())
    out["refusal"] = reply.refusal;
  if (!message.tool_calls.empty())
    out["tool_calls"] = encode_tool_calls(message.tool_calls);
  if (message.text.empty() && (!message.tool_calls.empty() || !reply.refusal.empty()))
    out["content"] = nullptr;
  return out;
}

chat_message decode_message(const json_node& node, const std::string& reply_id) {
  chat_message message;
  message.role = chat_role::assistant;
  message.text = decode_content(node["content"]);
  message.tool_calls = decode_tool_calls(node["tool_calls"], "call_" + reply_id);
  return message;
}

token_usage usage_of(const json& document) {
  const auto usage = document.find("usage");
  return decode_usage(usage == document.end() ? json() : *usage);
}

chat_reply decode_choice(const json_node& root) {
  chat_reply reply;
  const json_node choice = root["choices"][0];
  if (!choice.is_object())
    choice.reject("must be an object");
  if (choice["error"].present())
    choice["error"].reject("was sent instead of an answer");
  const json_node message = choice["message"];
  reply.provider_request_id = root["id"].text_or({});
  reply.model_reported = root["model"].text_or({});
  reply.message = decode_message(message, reply.provider_request_id);
  reply.refusal = message["refusal"].text_or({});
  reply.finish_native = choice["finish_reason"].text_or({});
  reply.finish = finish_of(reply.finish_native, !reply.message.tool_calls.empty());
  // Azure leaves out the message of a choice that it filtered.
  if (!message.is_object() && reply.finish != finish_reason::content_filter)
    message.reject("must be an object");
  return reply;
}

} // namespace

std::string encode_chat_reply(const chat_reply& reply, std::string_view id, wall_time created) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(created.time_since_epoch()).count();
  const json choice = {{"index", 0},
                       {"message", encode_message(reply)},
                       {"logprobs", nullptr},
                       {"finish_reason", to_string(reply.finish)}};
  return dump_json({{"id", id},
                    {"object", "chat.completion"},
                    {"created", seconds},
                    {"model", reply.model_reported},
                    {"choices", json::array({choice})},
                    {"usage", encode_usage(reply.usage)}});
}

result<chat_reply> decode_chat_reply(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the reply body must be a JSON object"};
  if (root["error"].present())
    return error{"the reply body holds an error"};
  chat_reply reply = decode_choice(root);
  reply.usage = usage_of(*document);
  if (root["service_tier"].is_string())
    reply.usage.tier = decode_service_tier(root["service_tier"].text());
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::openai
