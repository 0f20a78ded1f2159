#include "wire/openai/chat_request.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/message.hpp"
#include "wire/openai/response_format.hpp"
#include "wire/openai/usage.hpp"

#include <array>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const char* role_name(chat_role role, const request_options& options) {
  const bool instructs = role == chat_role::system || role == chat_role::developer;
  if (instructs)
    return options.developer_role ? "developer" : "system";
  return to_string(role);
}

json encode_message(const chat_message& message, const request_options& options) {
  json out = {{"role", role_name(message.role, options)}, {"content", message.text}};
  if (message.role == chat_role::tool)
    out["tool_call_id"] = message.tool_call_id;
  else if (!message.name.empty())
    out["name"] = message.name;
  if (!message.tool_calls.empty()) {
    out["tool_calls"] = encode_tool_calls(message.tool_calls);
    if (message.text.empty())
      out["content"] = nullptr;
  }
  return out;
}

json encode_tool(const tool_definition& tool) {
  json function = {{"name", tool.name}};
  if (!tool.description.empty())
    function["description"] = tool.description;
  if (!tool.parameters_json.empty()) {
    auto schema = parse_json(tool.parameters_json);
    function["parameters"] = schema ? std::move(schema).value() : json(tool.parameters_json);
  }
  return {{"type", "function"}, {"function", std::move(function)}};
}

json encode_choice(const tool_choice& choice) {
  switch (choice.mode) {
    case tool_choice_mode::automatic: return "auto";
    case tool_choice_mode::none: return "none";
    case tool_choice_mode::required: return "required";
    case tool_choice_mode::named: break;
  }
  return {{"type", "function"}, {"function", {{"name", choice.name}}}};
}

void encode_tools(const chat_request& request, json& out) {
  if (request.tools.empty()) // the vendor refuses the two other fields without tools
    return;
  for (const tool_definition& tool : request.tools)
    out["tools"].push_back(encode_tool(tool));
  if (request.choice)
    out["tool_choice"] = encode_choice(*request.choice);
  if (request.parallel_tool_calls)
    out["parallel_tool_calls"] = *request.parallel_tool_calls;
}

void encode_sampling(const chat_request& request, json& out) {
  if (request.temperature)
    out["temperature"] = *request.temperature;
  if (request.top_p)
    out["top_p"] = *request.top_p;
  if (request.seed)
    out["seed"] = *request.seed;
  if (!request.stop.empty())
    out["stop"] = request.stop;
}

chat_role decode_role(const json_node& role) {
  constexpr std::array roles = {chat_role::system, chat_role::developer, chat_role::user,
                                chat_role::assistant, chat_role::tool};
  const std::string name = role.text();
  for (const chat_role known : roles)
    if (name == to_string(known))
      return known;
  role.reject("must be system, developer, user, assistant or tool");
  return chat_role::user;
}

chat_message decode_message(const json_node& node, std::size_t index) {
  chat_message message;
  message.role = decode_role(node["role"]);
  message.text = decode_content(node["content"]);
  message.name = node["name"].text_or({});
  if (message.role == chat_role::assistant)
    message.tool_calls = decode_tool_calls(node["tool_calls"], "call_" + std::to_string(index));
  if (message.role == chat_role::tool)
    message.tool_call_id = node["tool_call_id"].text();
  if (!node["content"].present() && message.tool_calls.empty()
      && message.role != chat_role::assistant)
    node["content"].reject("is missing; expected a string");
  return message;
}

tool_definition decode_tool(const json_node& node) {
  if (node["type"].text() != "function")
    node["type"].reject("must be function: other tools are not supported");
  const json_node function = node["function"];
  return {function["name"].text(), function["description"].text_or({}),
          function["parameters"].object_text()};
}

std::optional<tool_choice> decode_choice(const json_node& node) {
  if (!node.present())
    return std::nullopt;
  if (node.is_object())
    return tool_choice{tool_choice_mode::named, node["function"]["name"].text()};
  const std::string mode = node.text();
  if (mode == "auto")
    return tool_choice{tool_choice_mode::automatic, {}};
  if (mode == "none")
    return tool_choice{tool_choice_mode::none, {}};
  if (mode == "required")
    return tool_choice{tool_choice_mode::required, {}};
  node.reject("must be auto, none, required or a function");
  return std::nullopt;
}

std::optional<token_count> decode_output_max(const json_node& root) {
  const json_node modern = root["max_completion_tokens"];
  const json_node node = modern.present() ? modern : root["max_tokens"];
  const auto count = node.integer();
  if (!count)
    return std::nullopt;
  if (*count < 1 || *count > bounds::token_count_max) {
    node.reject("must be a positive number of tokens");
    return std::nullopt;
  }
  return token_count{*count};
}

std::vector<std::string> decode_stop(const json_node& node) {
  if (node.is_string())
    return {node.text()};
  std::vector<std::string> stop;
  for (std::size_t i = 0; i < node.size(); ++i)
    stop.push_back(node[i].text());
  return stop;
}

/// Bookkeeping of the caller's: never a fault.
std::vector<std::pair<std::string, std::string>> decode_metadata(const json& document) {
  std::vector<std::pair<std::string, std::string>> entries;
  const auto metadata = document.find("metadata");
  if (metadata != document.end() && metadata->is_object())
    for (const auto& [name, value] : metadata->items())
      if (value.is_string())
        entries.emplace_back(name, value.get<std::string>());
  return entries;
}

void refuse_what_would_be_lost(const json_node& root) {
  if (root["n"].integer().value_or(1) != 1)
    root["n"].reject("must be 1: several choices are not supported");
  if (root["functions"].present())
    root["functions"].reject("is not supported: use tools");
}

chat_request decode_request(const json_node& root) {
  chat_request request;
  const json_node messages = root["messages"];
  for (std::size_t i = 0; i < messages.size(); ++i)
    request.messages.push_back(decode_message(messages[i], i));
  if (request.messages.empty())
    messages.reject("must hold at least one message");
  const json_node tools = root["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i)
    request.tools.push_back(decode_tool(tools[i]));
  request.choice = decode_choice(root["tool_choice"]);
  request.parallel_tool_calls = root["parallel_tool_calls"].boolean();
  request.output_tokens_max = decode_output_max(root);
  request.temperature = root["temperature"].number();
  request.top_p = root["top_p"].number();
  request.seed = root["seed"].integer();
  request.stop = decode_stop(root["stop"]);
  request.response_schema_json = decode_response_format(root["response_format"]);
  request.tier = decode_service_tier(root["service_tier"].text_or({}));
  refuse_what_would_be_lost(root);
  return request;
}

} // namespace

std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options) {
  json out = {{"model", model}, {"messages", json::array()}};
  for (const chat_message& message : request.messages)
    out["messages"].push_back(encode_message(message, options));
  encode_tools(request, out);
  encode_sampling(request, out);
  if (output_max > token_count{})
    out[options.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] =
        output_max.value();
  if (request.tier == service_tier::flex || request.tier == service_tier::priority)
    out["service_tier"] = to_string(request.tier);
  if (!request.response_schema_json.empty())
    out["response_format"] = encode_response_format(request.response_schema_json);
  if (options.stream) {
    out["stream"] = true;
    out["stream_options"] = {{"include_usage", true}};
  }
  return dump_json(out);
}

result<decoded_chat_request> decode_chat_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  decoded_chat_request decoded;
  decoded.model = root["model"].text();
  decoded.request = decode_request(root);
  decoded.stream = root["stream"].boolean().value_or(false);
  decoded.include_usage = root["stream_options"]["include_usage"].boolean().value_or(false);
  decoded.user = root["user"].text_or({});
  decoded.metadata = decode_metadata(*document);
  if (fault.found())
    return fault.take();
  return decoded;
}

} // namespace spillway::wire::openai
