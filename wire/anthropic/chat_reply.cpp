#include "wire/anthropic/chat_reply.hpp"

#include "wire/anthropic/answer.hpp"
#include "wire/anthropic/assistant_turn.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/usage.hpp"

#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

json encode_blocks(const chat_reply& reply) {
  json blocks = encode_assistant(reply.message, {});
  if (blocks.empty() && !reply.refusal.empty())
    blocks.push_back(text_block(reply.refusal));
  return blocks;
}

} // namespace

std::string encode_chat_reply(const chat_reply& reply, std::string_view id) {
  return dump_json({{"id", id},
                    {"type", "message"},
                    {"role", "assistant"},
                    {"model", reply.model_reported},
                    {"content", encode_blocks(reply)},
                    {"stop_reason", stop_reason_of(reply.finish, reply.finish_native)},
                    {"stop_sequence", nullptr},
                    {"usage", encode_usage(reply.usage)}});
}

result<chat_reply> decode_chat_reply(std::string_view body) {
  auto document = parse_reply_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the reply body must be a JSON object"};
  if (root["error"].present())
    return error{"the reply body holds an error"};
  answer_builder answer;
  const json_node content = root["content"];
  if (!content.is_array())
    content.reject(content.present() ? "must be an array" : "is missing; expected an array");
  for (std::size_t i = 0; i < content.size(); ++i)
    add_block(content[i], answer);
  answer.end(root["stop_reason"].text_or({}), root["stop_details"]["explanation"].text_or({}));
  usage_reader usage;
  usage.take(document->value("usage", json()));
  chat_reply reply = answer.take(root["model"].text_or({}));
  reply.provider_request_id = root["id"].text_or({});
  reply.usage = usage.read();
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::anthropic
