#include "wire/decoded_body_json.hpp"

#include "wire/json_document.hpp"

namespace spillway::wire {
namespace {

using json = nlohmann::ordered_json;

json text_or_null(const std::string& text) {
  return text.empty() ? json{} : json(text);
}

json encode(const std::vector<tool_call>& calls) {
  json list = json::array();
  for (const tool_call& call : calls)
    list.push_back({{"id", call.id},
                    {"name", call.name},
                    {"arguments", call.arguments_json.empty() ? "{}" : call.arguments_json}});
  return list;
}

json encode(const token_usage& usage) {
  // What a stream told before it broke off is the least it can be, and better than nothing.
  if (usage.estimated && usage.total() == token_count{})
    return nullptr;
  return {{"input", usage.input.value()},
          {"cached", usage.cached_input.value()},
          {"cache_write", usage.cache_write.value()},
          {"output", usage.output.value()},
          {"reasoning", usage.reasoning.value()}};
}

json encode(const std::optional<call_failure>& failure) {
  if (!failure)
    return nullptr;
  const auto& wait = failure->retry_after;
  return {{"kind", to_string(failure->kind)},
          {"message", failure->message},
          {"retry_after_s", wait ? json(to_seconds(*wait)) : json{}},
          {"limit_scope", text_or_null(report::limit_scope(*failure))}};
}

} // namespace

std::string encode_decoded_body(const report::decoded_body& body) {
  const auto finish = report::finish_told(body);
  const json out = {{"text", plain_text(body.reply.message)},
                    {"reasoning_text", report::shown_reasoning(body.reply.message)},
                    {"tool_calls", encode(body.reply.message.tool_calls)},
                    {"finish_reason", finish ? json(to_string(*finish)) : json{}},
                    {"finish_native", text_or_null(body.reply.finish_native)},
                    {"model", text_or_null(body.reply.model_reported)},
                    {"usage", encode(body.reply.usage)},
                    {"cost_usd", body.cost ? json::parse(to_decimal_usd(*body.cost)) : json{}},
                    {"error", encode(body.failure)}};
  return dump_in_order(out);
}

} // namespace spillway::wire
