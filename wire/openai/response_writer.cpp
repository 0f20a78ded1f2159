#include "wire/openai/response_writer.hpp"

#include "wire/json_reader.hpp"
#include "wire/openai/response_format.hpp"
#include "wire/openai/response_items.hpp"
#include "wire/openai/response_tools.hpp"
#include "wire/openai/usage.hpp"
#include "wire/sse.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

json null_or(const auto& value) {
  return value ? json(*value) : json();
}

json response_object(const response_head& head, const chat_request& request) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(head.created.time_since_epoch()).count();
  json out = {{"id", head.id},
              {"object", "response"},
              {"created_at", seconds},
              {"status", "in_progress"},
              {"error", nullptr},
              {"incomplete_details", nullptr},
              {"instructions", nullptr},
              {"metadata", json::object()},
              {"model", head.model},
              {"output", json::array()},
              {"parallel_tool_calls", request.parallel_tool_calls.value_or(true)},
              {"previous_response_id", nullptr},
              {"reasoning", {{"effort", nullptr}, {"summary", nullptr}}},
              {"store", false},
              {"temperature", null_or(request.temperature)},
              {"text", {{"format", {{"type", "text"}}}}},
              {"tool_choice", "auto"},
              {"tools", json::array()},
              {"top_p", null_or(request.top_p)},
              {"truncation", "disabled"},
              {"usage", nullptr}};
  out["max_output_tokens"] =
      request.output_tokens_max ? json(request.output_tokens_max->value()) : json();
  for (const tool_definition& tool : request.tools)
    out["tools"].push_back(encode_response_tool(tool));
  for (const auto& [name, value] : head.metadata)
    out["metadata"][name] = value;
  if (request.choice)
    out["tool_choice"] = encode_response_choice(*request.choice);
  if (request.effort)
    out["reasoning"]["effort"] = to_string(*request.effort);
  if (!request.response_schema_json.empty())
    out["text"]["format"] = encode_schema(request);
  return out;
}

enum class item_kind { reasoning, message, call };

/// One item of the output in the making.
struct output_item {
  item_kind kind = item_kind::message;
  std::size_t call = 0; ///< index of a function call
  json item;
  json part; ///< open part of a message or summary; null: none
  bool is_open = true;
};

const char* id_prefix(item_kind kind) {
  switch (kind) {
    case item_kind::reasoning: return "rs_";
    case item_kind::message: return "msg_";
    case item_kind::call: break;
  }
  return "fc_";
}

} // namespace

/// Items are open until another kind begins, calls until all are there: their fragments may come
/// mixed.
struct response_writer::state {
  json response;
  std::int64_t sequence = 0;
  std::vector<output_item> items;

  void event(const char* type, json data, std::string& out) {
    data["type"] = type;
    data["sequence_number"] = sequence++;
    append_sse_event(out, type, dump_json(data));
  }

  std::size_t index_of(const output_item& o) const {
    return static_cast<std::size_t>(&o - items.data());
  }

  json place(const output_item& o) const {
    return {{"item_id", o.item["id"]}, {"output_index", index_of(o)}};
  }

  /// Where the open part of a message or summary is.
  json part_place(const output_item& o) const {
    json at = place(o);
    if (o.kind == item_kind::reasoning)
      at["summary_index"] = o.item["summary"].size();
    else
      at["content_index"] = o.item["content"].size();
    return at;
  }

  output_item& open(item_kind kind, json item, std::string& out) {
    for (output_item& o : items)
      if (o.is_open && (o.kind != item_kind::call || kind != item_kind::call))
        close(o, out);
    const std::string base = response["id"].get<std::string>();
    item["id"] = id_prefix(kind) + base.substr(base.find('_') + 1) + '_'
                 + std::to_string(items.size());
    if (kind != item_kind::reasoning)
      item["status"] = "in_progress";
    output_item& o = items.emplace_back(output_item{kind, 0, std::move(item), nullptr});
    event("response.output_item.added", {{"output_index", index_of(o)}, {"item", o.item}}, out);
    return o;
  }

  /// The last item, if it is open and of this kind.
  output_item* going_on(item_kind kind) {
    const bool goes_on = !items.empty() && items.back().is_open && items.back().kind == kind;
    return goes_on ? &items.back() : nullptr;
  }

  void open_part(output_item& o, json part, std::string& out) {
    if (!o.part.is_null() && o.part["type"] == part["type"])
      return;
    close_part(o, out);
    o.part = std::move(part);
    json at = part_place(o);
    at["part"] = o.part;
    event(o.kind == item_kind::reasoning ? "response.reasoning_summary_part.added"
                                         : "response.content_part.added",
          std::move(at), out);
  }

  void close_part(output_item& o, std::string& out) {
    if (o.part.is_null())
      return;
    const json part = std::exchange(o.part, nullptr);
    json text = part_place(o);
    json whole = text;
    whole["part"] = part;
    if (o.kind == item_kind::reasoning) {
      text["text"] = part["text"];
      event("response.reasoning_summary_text.done", std::move(text), out);
      event("response.reasoning_summary_part.done", std::move(whole), out);
      o.item["summary"].push_back(part);
      return;
    }
    if (part["type"] == "refusal") {
      text["refusal"] = part["refusal"];
      event("response.refusal.done", std::move(text), out);
    } else {
      text["text"] = part["text"];
      text["logprobs"] = json::array();
      event("response.output_text.done", std::move(text), out);
    }
    event("response.content_part.done", std::move(whole), out);
    o.item["content"].push_back(part);
  }

  void close(output_item& o, std::string& out) {
    close_part(o, out);
    if (o.kind == item_kind::call) {
      json done = place(o);
      done["arguments"] = o.item["arguments"];
      done["name"] = o.item["name"];
      event("response.function_call_arguments.done", std::move(done), out);
    }
    if (o.kind != item_kind::reasoning)
      o.item["status"] = "completed";
    o.is_open = false;
    event("response.output_item.done", {{"output_index", index_of(o)}, {"item", o.item}}, out);
  }

  /// Ends all items and puts them into the response.
  void close_all(std::string& out) {
    for (output_item& o : items) {
      if (o.is_open)
        close(o, out);
      response["output"].push_back(o.item);
    }
  }

  void add_reasoning(const chat_delta& d, std::string& out) {
    output_item* o = going_on(item_kind::reasoning);
    if (!o)
      o = &open(item_kind::reasoning, {{"type", "reasoning"}, {"summary", json::array()}}, out);
    if (!d.reasoning.empty()) {
      open_part(*o, {{"type", "summary_text"}, {"text", ""}}, out);
      o->part["text"].get_ref<std::string&>() += d.reasoning;
      json data = part_place(*o);
      data["delta"] = d.reasoning;
      event("response.reasoning_summary_text.delta", std::move(data), out);
    }
    std::string sealed =
        sealed_thought({{}, d.reasoning_signature, d.redacted_reasoning, d.reasoning_dialect});
    if (sealed.empty())
      return;
    o->item["encrypted_content"] = std::move(sealed);
    close(*o, out);
  }

  output_item& message(std::string& out) {
    output_item* o = going_on(item_kind::message);
    if (o)
      return *o;
    return open(item_kind::message,
                {{"type", "message"}, {"role", "assistant"}, {"content", json::array()}}, out);
  }

  void add_text(const std::string& text, std::string& out) {
    if (text.empty())
      return;
    output_item& o = message(out);
    open_part(o, {{"type", "output_text"}, {"text", ""}, {"annotations", json::array()}}, out);
    o.part["text"].get_ref<std::string&>() += text;
    json data = part_place(o);
    data["delta"] = text;
    data["logprobs"] = json::array();
    event("response.output_text.delta", std::move(data), out);
  }

  void add_refusal(const std::string& text, std::string& out) {
    if (text.empty())
      return;
    output_item& o = message(out);
    open_part(o, {{"type", "refusal"}, {"refusal", ""}}, out);
    o.part["refusal"].get_ref<std::string&>() += text;
    json data = part_place(o);
    data["delta"] = text;
    event("response.refusal.delta", std::move(data), out);
  }

  output_item& call_of(const tool_call_delta& d, std::string& out) {
    for (output_item& o : items)
      if (o.kind == item_kind::call && o.call == d.index)
        return o;
    output_item& o = open(item_kind::call,
                          {{"type", "function_call"},
                           {"call_id", d.id},
                           {"name", d.name},
                           {"arguments", ""}},
                          out);
    o.call = d.index;
    return o;
  }

  void add_call(const tool_call_delta& d, std::string& out) {
    output_item& o = call_of(d, out);
    if (d.arguments_json.empty() || !o.is_open)
      return;
    o.item["arguments"].get_ref<std::string&>() += d.arguments_json;
    json data = place(o);
    data["delta"] = d.arguments_json;
    event("response.function_call_arguments.delta", std::move(data), out);
  }
};

response_writer::response_writer(response_head head, const chat_request& request)
    : state_{std::make_unique<state>()} {
  state_->response = response_object(head, request);
}
response_writer::~response_writer() = default;
response_writer::response_writer(response_writer&&) noexcept = default;
response_writer& response_writer::operator=(response_writer&&) noexcept = default;

void response_writer::begin(std::string& out) {
  state_->event("response.created", {{"response", state_->response}}, out);
  state_->event("response.in_progress", {{"response", state_->response}}, out);
}

void response_writer::add(const chat_delta& d, std::string& out) {
  if (d.choice != 0)
    return;
  if (!d.reasoning.empty() || !d.reasoning_signature.empty() || !d.redacted_reasoning.empty())
    state_->add_reasoning(d, out);
  state_->add_text(d.text, out);
  state_->add_refusal(d.refusal, out);
  for (const tool_call_delta& call : d.tool_calls)
    state_->add_call(call, out);
}

void response_writer::complete(finish_reason finish, const token_usage& usage, std::string& out) {
  state_->close_all(out);
  json& response = state_->response;
  response["usage"] = encode_response_usage(usage);
  const bool cut = finish == finish_reason::length || finish == finish_reason::content_filter;
  response["status"] = cut ? "incomplete" : "completed";
  if (cut)
    response["incomplete_details"] = {
        {"reason", finish == finish_reason::length ? "max_output_tokens" : "content_filter"}};
  state_->event(cut ? "response.incomplete" : "response.completed", {{"response", response}}, out);
}

void response_writer::fail(const error_body& why, std::string& out) {
  state_->close_all(out);
  json& response = state_->response;
  response["status"] = "failed";
  response["error"] = {{"code", why.code.empty() ? "server_error" : why.code},
                       {"message", why.message}};
  state_->event("response.failed", {{"response", response}}, out);
}

std::string encode_response_reply(const chat_reply& reply, response_head head,
                                  const chat_request& request) {
  response_writer writer{std::move(head), request};
  std::string events;
  for (const chat_delta& d : deltas_of(reply))
    writer.add(d, events);
  writer.complete(reply.finish, reply.usage, events);
  return dump_json(writer.state_->response);
}

} // namespace spillway::wire::openai
