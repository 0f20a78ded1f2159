#include "wire/openai/tools.hpp"

#include "wire/foreign_fields.hpp"
#include "wire/openai/content.hpp"

#include <array>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<const char*, tool_choice_mode>, 3> modes = {{
    {"auto", tool_choice_mode::automatic},
    {"none", tool_choice_mode::none},
    {"required", tool_choice_mode::required},
}};

json encode_tool(const tool_definition& tool, const request_options& options) {
  json function = {{"name", tool.name}};
  if (!tool.description.empty())
    function["description"] = tool.description;
  if (!tool.parameters_json.empty()) {
    auto schema = parse_json(tool.parameters_json);
    function["parameters"] = schema ? std::move(schema).value() : json(tool.parameters_json);
  }
  if (tool.strict)
    function["strict"] = *tool.strict;
  json out = {{"type", "function"}, {"function", std::move(function)}};
  if (options.cache == cache_notation::control) // OpenAI's own marks belong to content only
    encode_cache_mark(tool.cache, options, out);
  add_foreign(tool.foreign, "tools", {chat_dialect, options.foreign}, out);
  return out;
}

json function_named(const std::string& name) {
  return {{"type", "function"}, {"function", {{"name", name}}}};
}

json encode_choice(const tool_choice& choice) {
  if (choice.mode == tool_choice_mode::named)
    return function_named(choice.name);
  if (choice.allowed.empty())
    return to_string(choice.mode);
  json names = json::array();
  for (const std::string& name : choice.allowed)
    names.push_back(function_named(name));
  return {{"type", "allowed_tools"},
          {"allowed_tools", {{"mode", to_string(choice.mode)}, {"tools", std::move(names)}}}};
}

tool_choice decode_allowed(const json_node& allowed) {
  tool_choice choice;
  const auto mode = parse_choice_mode(allowed["mode"].text());
  if (!mode || *mode == tool_choice_mode::none)
    allowed["mode"].reject("must be auto or required");
  choice.mode = mode.value_or(tool_choice_mode::automatic);
  const json_node tools = allowed["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i) {
    tools[i]["type"].pass_over();
    choice.allowed.push_back(tools[i]["function"]["name"].text());
  }
  if (choice.allowed.empty())
    tools.reject("must name at least one tool");
  return choice;
}

} // namespace

std::optional<tool_choice_mode> parse_choice_mode(std::string_view name) {
  for (const auto& [known, mode] : modes)
    if (name == known)
      return mode;
  return std::nullopt;
}

const char* to_string(tool_choice_mode mode) {
  for (const auto& [name, known] : modes)
    if (mode == known)
      return name;
  return "?";
}

void encode_tools(const chat_request& request, const request_options& options, json& out) {
  if (request.tools.empty())
    return;
  for (const tool_definition& tool : request.tools)
    out["tools"].push_back(encode_tool(tool, options));
  if (request.choice)
    out["tool_choice"] = encode_choice(*request.choice);
  if (request.parallel_tool_calls)
    out["parallel_tool_calls"] = *request.parallel_tool_calls;
}

tool_definition decode_tool(const json_node& node) {
  if (node["type"].text() != "function")
    node["type"].reject("must be function: other tools are not supported");
  const json_node function = node["function"];
  tool_definition tool{function["name"].text(), function["description"].text_or({}),
                       function["parameters"].object_text(), function["strict"].boolean()};
  tool.cache = decode_cache_mark(node);
  tool.foreign = unread_fields(node, chat_dialect);
  return tool;
}

std::optional<tool_choice> decode_tool_choice(const json_node& node) {
  if (!node.present())
    return std::nullopt;
  if (node.is_object() && node["type"].text_or({}) == "allowed_tools")
    return decode_allowed(node["allowed_tools"]);
  if (node.is_object())
    return tool_choice{tool_choice_mode::named, node["function"]["name"].text()};
  if (const auto mode = parse_choice_mode(node.text()))
    return tool_choice{*mode, {}};
  node.reject("must be auto, none, required, a function or allowed_tools");
  return std::nullopt;
}

} // namespace spillway::wire::openai
