#include "wire/gemini/chat_request.hpp"

#include "wire/foreign_fields.hpp"
#include "wire/gemini/field.hpp"
#include "wire/gemini/generation_config.hpp"
#include "wire/gemini/turns.hpp"
#include "wire/json_reader.hpp"

#include <algorithm>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

json encode_tool(const tool_definition& tool, const model_traits& model) {
  json function = {{"name", tool.name}, {"description", tool.description}};
  if (tool.parameters_json.empty())
    return function;
  auto schema = parse_json(tool.parameters_json);
  json parameters = schema && schema->is_object() ? encode_schema(*schema, model.schemas)
                                                  : json(tool.parameters_json);
  if (parameters.is_object() && is_empty_object(parameters))
    return function;
  const bool open_api = model.schemas == schema_notation::open_api;
  function[open_api ? "parameters" : "parametersJsonSchema"] = std::move(parameters);
  return function;
}

json encode_choice(const tool_choice& choice) {
  switch (choice.mode) {
    case tool_choice_mode::automatic: return {{"mode", "AUTO"}};
    case tool_choice_mode::none: return {{"mode", "NONE"}};
    case tool_choice_mode::required:
      return choice.allowed.empty() ? json{{"mode", "ANY"}}
                                    : json{{"mode", "ANY"},
                                           {"allowedFunctionNames", choice.allowed}};
    case tool_choice_mode::named: break;
  }
  return {{"mode", "ANY"}, {"allowedFunctionNames", json::array({choice.name})}};
}

/// A choice among some of the tools is said only where one must be called.
bool may_be_chosen(const tool_definition& tool, const std::optional<tool_choice>& choice) {
  return !choice || choice->mode != tool_choice_mode::automatic || choice->allowed.empty()
         || std::ranges::find(choice->allowed, tool.name) != choice->allowed.end();
}

void encode_tools(const chat_request& request, const model_traits& model, json& out) {
  json functions = json::array();
  for (const tool_definition& tool : request.tools)
    if (may_be_chosen(tool, request.choice))
      functions.push_back(encode_tool(tool, model));
  out["tools"] = json::array({{{"functionDeclarations", std::move(functions)}}});
  if (request.choice)
    out["toolConfig"] = {{"functionCallingConfig", encode_choice(*request.choice)}};
}

std::string shape_instruction(const std::string& schema_json) {
  return "When you answer instead of calling a function, answer with nothing but JSON that "
         "satisfies this JSON Schema: "
         + schema_json;
}

/// What the caller's own dialect said beyond ours: objects grow, lists are appended to, and a value
/// that is there already stays.
void add_foreign(json& out, const json& foreign) {
  for (const auto& [name, value] : foreign.items()) {
    json& there = out[name];
    if (there.is_object() && value.is_object())
      add_foreign(there, value);
    else if (there.is_array() && value.is_array())
      there.insert(there.end(), value.begin(), value.end());
    else if (there.is_null())
      there = value;
  }
}

tool_definition decode_function(const json_node& node) {
  refuse_unknown(node, {"name", "description", "parameters", "parametersJsonSchema", "response",
                        "responseJsonSchema", "behavior"});
  tool_definition tool{node["name"].text(), node["description"].text_or({}), {}};
  const json_node json_schema = field(node, "parametersJsonSchema");
  tool.parameters_json =
      json_schema.present() ? json_schema.object_text() : decode_schema(node["parameters"]);
  return tool;
}

/// Tools that run at the vendor are none of ours, and are left in `foreign`.
void decode_tools(const json_node& root, chat_request& request, json& foreign) {
  for (const json_node& tool : items(root["tools"])) {
    json rest = json::object();
    for (const std::string& name : tool.names())
      if (camel_case(name) != "functionDeclarations")
        rest[name] = tool[name].value();
    for (const json_node& function : items(field(tool, "functionDeclarations")))
      request.tools.push_back(decode_function(function));
    if (!rest.empty())
      foreign["tools"].push_back(std::move(rest));
  }
}

std::optional<tool_choice> decode_choice(const json_node& config) {
  refuse_unknown(config, {"mode", "allowedFunctionNames"});
  if (!config.present())
    return std::nullopt;
  const std::string mode = config["mode"].text_or("AUTO");
  const std::vector<json_node> names = items(field(config, "allowedFunctionNames"));
  if (mode == "NONE")
    return tool_choice{tool_choice_mode::none, {}};
  if (mode == "ANY" && names.size() == 1)
    return tool_choice{tool_choice_mode::named, names.front().text()};
  tool_choice choice;
  for (const json_node& name : names)
    choice.allowed.push_back(name.text());
  if (mode == "ANY")
    choice.mode = tool_choice_mode::required;
  else if (mode != "AUTO" && mode != "VALIDATED" && mode != "MODE_UNSPECIFIED")
    config["mode"].reject("must be AUTO, ANY, NONE or VALIDATED");
  return choice;
}

service_tier decode_tier(const json_node& tier) {
  const std::string name = tier.text_or({});
  if (name == "flex" || name == "FLEX")
    return service_tier::flex;
  return name == "priority" || name == "PRIORITY" ? service_tier::priority
                                                  : service_tier::standard;
}

chat_request decode_root(const json_node& root) {
  refuse_unknown(root, {"model", "contents", "systemInstruction", "tools", "toolConfig",
                        "generationConfig", "serviceTier", "safetySettings", "cachedContent",
                        "labels", "store"});
  chat_request request;
  json foreign = json::object();
  request.messages = decode_turns(root["contents"], field(root, "systemInstruction"));
  if (items(root["contents"]).empty())
    root["contents"].reject("must hold at least one turn");
  decode_tools(root, request, foreign);
  const json_node tool_config = field(root, "toolConfig");
  refuse_unknown(tool_config, {"functionCallingConfig", "retrievalConfig"});
  request.choice = decode_choice(field(tool_config, "functionCallingConfig"));
  if (const json_node retrieval = field(tool_config, "retrievalConfig"); retrieval.present())
    foreign["toolConfig"]["retrievalConfig"] = retrieval.value();
  json config = decode_generation_config(field(root, "generationConfig"), request);
  if (!config.empty())
    foreign["generationConfig"] = std::move(config);
  request.tier = decode_tier(field(root, "serviceTier"));
  for (const char* name : {"safetySettings", "cachedContent", "labels", "store"})
    if (const json_node node = field(root, name); node.present())
      foreign[name] = node.value();
  if (!foreign.empty())
    request.foreign = {"gemini", dump_json(foreign)};
  return request;
}

} // namespace

std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max) {
  const model_traits traits = traits_of(model);
  encoded_turns turns = encode_turns(request.messages, traits);
  const bool shaped = !request.response_schema_json.empty();
  bool with_tools = !request.tools.empty();
  if (shaped && !traits.shape_with_tools && request.choice
      && request.choice->mode == tool_choice_mode::none)
    with_tools = false;
  const bool shape_in_words = shaped && with_tools && !traits.shape_with_tools;
  if (shape_in_words)
    turns.system_parts.push_back({{"text", shape_instruction(request.response_schema_json)}});

  json out = {{"contents", std::move(turns.contents)}};
  if (!turns.system_parts.empty())
    out["systemInstruction"] = {{"parts", std::move(turns.system_parts)}};
  if (with_tools)
    encode_tools(request, traits, out);
  json config = encode_generation_config(request, output_max, traits, shaped && !shape_in_words);
  if (!config.empty())
    out["generationConfig"] = std::move(config);
  if (request.tier == service_tier::flex || request.tier == service_tier::priority)
    out["serviceTier"] = to_string(request.tier);
  if (request.foreign.dialect == "gemini")
    add_foreign(out, members_of(request.foreign));
  return dump_json(out);
}

result<chat_request> decode_chat_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  chat_request request = decode_root(root);
  if (fault.found())
    return fault.take();
  return request;
}

} // namespace spillway::wire::gemini
