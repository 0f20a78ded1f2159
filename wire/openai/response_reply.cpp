#include "wire/openai/response_reply.hpp"

#include "wire/json_reader.hpp"
#include "wire/openai/response_items.hpp"
#include "wire/openai/usage.hpp"

#include <utility>

namespace spillway::wire::openai {

using nlohmann::json;

bool is_response(std::string_view body) {
  const auto document = parse_reply_json(body);
  return document && document->is_object() && document->value("object", json()) == "response";
}

result<chat_reply> decode_response_reply(std::string_view body) {
  auto document = parse_reply_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the reply body must be a JSON object"};
  if (root["error"].present())
    return error{"the reply body holds an error"};
  chat_reply reply;
  reply.message.role = chat_role::assistant;
  reply.provider_request_id = root["id"].text_or({});
  reply.model_reported = root["model"].text_or({});
  const json_node output = root["output"];
  for (std::size_t i = 0; i < output.size(); ++i)
    decode_output_item(output[i], reply.message);
  reply.refusal = std::exchange(reply.message.refusal, {});
  response_end end = decode_response_end(root, !reply.message.tool_calls.empty());
  reply.finish = end.finish;
  reply.finish_native = std::move(end.native);
  reply.usage = decode_usage(document->value("usage", json()));
  reply.usage.tier = decode_service_tier(root["service_tier"].text_or({}));
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::openai
