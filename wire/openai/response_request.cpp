#include "wire/openai/response_request.hpp"

#include "core/bounds.hpp"
#include "wire/foreign_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/metadata.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/reasoning.hpp"
#include "wire/openai/response_format.hpp"
#include "wire/openai/response_items.hpp"
#include "wire/openai/response_tools.hpp"
#include "wire/openai/sampling.hpp"
#include "wire/openai/tools.hpp"
#include "wire/openai/usage.hpp"

#include <array>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// What means the same in both APIs without being modelled.
constexpr std::array<std::string_view, 5> shared_fields = {
    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
    "safety_identifier", "verbosity"};

void encode_tools(const chat_request& request, json& out) {
  if (request.tools.empty())
    return;
  for (const tool_definition& tool : request.tools)
    out["tools"].push_back(encode_response_tool(tool));
  if (request.choice)
    out["tool_choice"] = encode_response_choice(*request.choice);
  if (request.parallel_tool_calls)
    out["parallel_tool_calls"] = *request.parallel_tool_calls;
}

void encode_reasoning_wanted(const chat_request& request, json& out) {
  if (const auto effort = effort_wanted(request))
    out["reasoning"]["effort"] = spillway::to_string(*effort);
  if (request.show_reasoning)
    out["reasoning"]["summary"] = "auto";
  out["include"] = json::array({"reasoning.encrypted_content"});
}

/// `verbosity` stands within `text` here.
void encode_foreign(const chat_request& request, json& out) {
  add_foreign(request.foreign, {}, {chat_dialect, response_foreign()}, out);
  if (const auto verbosity = out.find("verbosity"); verbosity != out.end()) {
    out["text"]["verbosity"] = std::move(*verbosity);
    out.erase("verbosity");
  }
}

tool_definition decode_tool(const json_node& node) {
  if (node["type"].text() != "function")
    node["type"].reject("must be function: other tools are not supported");
  return {node["name"].text(), node["description"].text_or({}), node["parameters"].object_text(),
          node["strict"].boolean()};
}

std::optional<tool_choice> decode_choice(const json_node& node) {
  if (!node.present())
    return std::nullopt;
  if (!node.is_object())
    return decode_tool_choice(node);
  if (node["type"].text() == "function")
    return tool_choice{tool_choice_mode::named, node["name"].text()};
  tool_choice choice;
  if (const auto mode = parse_choice_mode(node["mode"].text_or({})))
    choice.mode = *mode;
  else
    node["type"].reject("must be function or allowed_tools");
  const json_node tools = node["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i) {
    tools[i]["type"].pass_over();
    choice.allowed.push_back(tools[i]["name"].text());
  }
  return choice;
}

std::optional<token_count> decode_output_max(const json_node& node) {
  const auto count = node.integer();
  if (!count)
    return std::nullopt;
  if (*count < 1 || *count > bounds::token_count_max) {
    node.reject("must be a positive number of tokens");
    return std::nullopt;
  }
  return token_count{*count};
}

void decode_reasoning_wanted(const json_node& node, chat_request& request) {
  const json_node effort = node["effort"];
  if (effort.present()) {
    request.effort = parse_reasoning_effort(effort.text());
    if (!request.effort)
      effort.reject("must be none, minimal, low, medium, high, xhigh or max");
  }
  request.show_reasoning = node["summary"].present();
}

void refuse_what_is_kept_elsewhere(const json_node& root) {
  for (const char* name : {"previous_response_id", "conversation", "prompt"})
    if (root[name].present())
      root[name].reject("is not supported: nothing is kept here; send all items as input");
  if (root["background"].boolean().value_or(false))
    root["background"].reject("must be false: the answer is sent at once");
}

chat_request decode_request(const json_node& root) {
  chat_request request;
  if (root["instructions"].present()) {
    chat_message& message = request.messages.emplace_back();
    message.role = chat_role::system;
    message.text = root["instructions"].text();
  }
  decode_input(root["input"], request.messages);
  const json_node tools = root["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i)
    request.tools.push_back(decode_tool(tools[i]));
  request.choice = decode_choice(root["tool_choice"]);
  request.parallel_tool_calls = root["parallel_tool_calls"].boolean();
  request.output_tokens_max = decode_output_max(root["max_output_tokens"]);
  request.temperature = decode_number(root["temperature"], temperatures);
  request.top_p = decode_number(root["top_p"], shares);
  decode_text_format(root["text"]["format"], request);
  decode_reasoning_wanted(root["reasoning"], request);
  request.tier = decode_service_tier(root["service_tier"].text_or({}));
  request.user = root["user"].text_or({});
  refuse_what_is_kept_elsewhere(root);
  return request;
}

/// Fields that go along as foreign ones, and words for what happens here whether they are said or
/// not: nothing is stored or cut, reasoning comes encrypted.
void pass_over_what_is_meant_anyway(const json& document, const json_node& root) {
  for (const std::string_view name : shared_fields)
    root[name].pass_over();
  root["text"]["verbosity"].pass_over();
  root["metadata"].pass_over();
  const json meant = {{"include", json::array({"reasoning.encrypted_content"})},
                      {"store", false},
                      {"truncation", "disabled"}};
  for (const auto& [name, value] : meant.items())
    if (const auto said = document.find(name); said != document.end() && *said == value)
      root[name].pass_over();
}

foreign_fields shared_of(const json_node& root) {
  json shared = json::object();
  const auto take = [&](std::string_view name, const json_node& node) {
    if (node.present())
      shared[std::string{name}] = node.value();
  };
  for (const std::string_view name : shared_fields)
    take(name, root[name]);
  take("verbosity", root["text"]["verbosity"]);
  if (shared.empty())
    return {};
  return {std::string{chat_dialect}, dump_json(shared)};
}

} // namespace

foreign_rule response_foreign() {
  return {.new_fields = false, .new_members = false, .known = shared_fields};
}

std::string encode_response_request(const chat_request& request, std::string_view model,
                                    token_count output_max, bool stream, bool sampling) {
  json out = {{"model", model}, {"input", encode_input(request.messages)}, {"store", false}};
  encode_tools(request, out);
  if (sampling && request.temperature)
    out["temperature"] = *request.temperature;
  if (sampling && request.top_p)
    out["top_p"] = *request.top_p;
  encode_reasoning_wanted(request, out);
  if (output_max > token_count{})
    out["max_output_tokens"] = output_max.value();
  if (request.tier == service_tier::flex || request.tier == service_tier::priority)
    out["service_tier"] = spillway::to_string(request.tier);
  if (!request.response_schema_json.empty())
    out["text"]["format"] = encode_schema(request);
  if (!request.user.empty())
    out["user"] = request.user;
  if (stream)
    out["stream"] = true;
  encode_foreign(request, out);
  return dump_json(out);
}

result<decoded_response_request> decode_response_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  decoded_response_request decoded;
  decoded.model = root["model"].text();
  decoded.request = decode_request(root);
  decoded.stream = root["stream"].boolean().value_or(false);
  decoded.user = decoded.request.user;
  decoded.metadata = metadata_entries(*document);
  pass_over_what_is_meant_anyway(*document, root);
  if (fault.found())
    return fault.take();
  decoded.unread = fault.unread(*document);
  decoded.request.foreign = shared_of(root);
  return decoded;
}

} // namespace spillway::wire::openai
