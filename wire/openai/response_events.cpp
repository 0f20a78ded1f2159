#include "wire/openai/response_events.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/error_event.hpp"
#include "wire/openai/response_items.hpp"
#include "wire/openai/usage.hpp"
#include "wire/sse.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// Events that append to an item, and what they append to.
struct appending {
  std::string_view type;
  std::string chat_delta::* to;
};
constexpr std::array<appending, 4> appendings = {{
    {"response.output_text.delta", &chat_delta::text},
    {"response.refusal.delta", &chat_delta::refusal},
    {"response.reasoning_summary_text.delta", &chat_delta::reasoning},
    {"response.reasoning_text.delta", &chat_delta::reasoning},
}};

std::string chat_delta::* appended_by(std::string_view type) {
  for (const appending& a : appendings)
    if (type == a.type)
      return a.to;
  return nullptr;
}

std::string failure_of(const json& event) {
  const json response = event.value("response", json());
  const json cause = response.is_object() ? response.value("error", json()) : json();
  const json unexplained = {{"message", "the response failed"}};
  return dump_json({{"error", cause.is_object() ? cause : unexplained}});
}

} // namespace

bool is_response_event(const sse_event& event) {
  if (event.name.starts_with("response."))
    return true;
  const auto document = parse_reply_json(event.data);
  if (!document || !document->is_object())
    return false;
  const json type = document->value("type", json());
  return type.is_string() && type.get_ref<const std::string&>().starts_with("response.");
}

void response_reader::begin_item(const json_node& item, item_state& state, chat_delta& d) {
  if (state.call || item["type"].text_or({}) != "function_call")
    return;
  if (calls_ >= bounds::tool_calls_max)
    return item.reject("is one call more than " + std::to_string(bounds::tool_calls_max));
  state.call = calls_++;
  d.tool_calls.push_back(
      {*state.call, item["call_id"].text_or(item["id"].text_or({})), item["name"].text(), {}});
}

void response_reader::end_item(const json_node& item, item_state& state, chat_delta& d) {
  begin_item(item, state, d);
  chat_message message;
  decode_output_item(item, message);
  for (const reasoning_block& block : message.reasoning) {
    d.reasoning_signature = block.signature;
    d.redacted_reasoning = block.redacted_data;
    if (!block.signature.empty() || !block.redacted_data.empty())
      d.reasoning_dialect = block.dialect;
    if (!state.has_text)
      d.reasoning = block.text;
  }
  if (state.has_text)
    return;
  d.text = std::move(message.text);
  d.refusal = std::move(message.refusal);
  for (tool_call& call : message.tool_calls)
    if (d.tool_calls.empty() && state.call)
      d.tool_calls.push_back({*state.call, {}, {}, std::move(call.arguments_json)});
    else if (!d.tool_calls.empty())
      d.tool_calls.back().arguments_json = std::move(call.arguments_json);
}

void response_reader::emit(chat_delta d, std::vector<chat_delta>& deltas) {
  if (d == chat_delta{})
    return;
  assembler_.add(d);
  deltas.push_back(std::move(d));
}

void response_reader::take_response(const std::string& type, const json_node& response,
                                    std::vector<chat_delta>& deltas) {
  if (!response.is_object())
    return response.reject("must be an object");
  if (told_.model_reported.empty())
    told_.model_reported = response["model"].text_or({});
  if (told_.provider_request_id.empty())
    told_.provider_request_id = response["id"].text_or({});
  if (type != "response.completed" && type != "response.incomplete")
    return;
  whole_ = true;
  const json_node output = response["output"];
  const std::size_t unsent = items_.empty() ? output.size() : 0; // all of it, by some servers
  for (std::size_t i = 0; i < unsent; ++i) {
    chat_delta d;
    end_item(output[i], items_[static_cast<std::int64_t>(i)], d);
    emit(std::move(d), deltas);
  }
  response_end end = decode_response_end(response, calls_ > 0);
  told_.finish = end.finish;
  told_.finish_native = std::move(end.native);
}

void response_reader::take_document(const std::string& type, const json_node& root,
                                    std::vector<chat_delta>& deltas) {
  if (root["response"].present())
    return take_response(type, root["response"], deltas);
  if (!root["output_index"].present())
    return;
  chat_delta d;
  item_state& state = items_[root["output_index"].integer().value_or(0)];
  if (const auto to = appended_by(type)) {
    d.*to = root["delta"].text_or({});
    state.has_text = state.has_text || !(d.*to).empty();
  } else if (type == "response.function_call_arguments.delta" && state.call) {
    d.tool_calls.push_back({*state.call, {}, {}, root["delta"].text_or({})});
    state.has_text = true;
  } else if (type == "response.reasoning_summary_part.added" && state.has_text) {
    d.reasoning = "\n\n";
  } else if (type == "response.output_item.added") {
    begin_item(root["item"], state, d);
  } else if (type == "response.output_item.done") {
    end_item(root["item"], state, d);
  }
  emit(std::move(d), deltas);
}

void response_reader::take(const sse_event& event, std::vector<chat_delta>& deltas) {
  if (ended() || event.data == "[DONE]")
    return;
  auto document = parse_reply_json(event.data);
  if (!document || !document->is_object()) {
    malformed_ = document ? "an event must be a JSON object" : document.failure().message;
    return;
  }
  if (error_json_ = error_in(event, *document); !error_json_.empty())
    return;
  json_fault fault;
  const json_node root{*document, fault};
  const std::string type = root["type"].text();
  if (type == "response.failed")
    error_json_ = failure_of(*document);
  take_document(type, root, deltas);
  if (fault.found()) {
    malformed_ = fault.take().message;
    return;
  }
  if (const json_node response = root["response"]; response.present()) {
    const token_usage read = decode_usage((*document)["response"].value("usage", json()));
    if (!read.estimated)
      told_.usage = read;
    told_.usage.tier = decode_service_tier(response["service_tier"].text_or({}));
  }
}

chat_reply response_reader::take_reply() {
  const bool has_usage = told_.usage.total() > token_count{};
  if (whole_)
    assembler_.end(0, told_.finish, told_.finish_native);
  chat_reply reply = assembler_.take();
  reply.model_reported = std::move(told_.model_reported);
  reply.provider_request_id = std::move(told_.provider_request_id);
  reply.usage = told_.usage;
  reply.usage.estimated = !has_usage;
  return reply;
}

} // namespace spillway::wire::openai
