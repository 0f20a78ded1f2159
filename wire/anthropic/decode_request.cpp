#include "core/bounds.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/thinking.hpp"
#include "wire/anthropic/turns.hpp"
#include "wire/metadata.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

/// What `chat_request` says itself; the other fields are foreign.
constexpr std::array<std::string_view, 14> modelled = {
    "model",         "max_tokens",    "messages",      "system",   "temperature",
    "top_p",         "top_k",         "stream",        "tools",    "tool_choice",
    "output_config", "output_format", "stop_sequences", "metadata"};

/// Of the vendor's own tools ("web_search_20250305") only the vendor knows what they do.
bool is_callers_own(const json_node& tool) {
  return tool["type"].text_or("custom") == "custom";
}

tool_definition decode_tool(const json_node& tool) {
  tool_definition read;
  read.name = tool["name"].text();
  read.description = tool["description"].text_or({});
  read.parameters_json = tool["input_schema"].object_text();
  if (read.parameters_json.empty())
    tool["input_schema"].reject("is missing; expected an object");
  read.strict = tool["strict"].boolean();
  read.cache = decode_cache(tool);
  return read;
}

void decode_choice(const json_node& choice, chat_request& request) {
  if (!choice.present())
    return;
  const std::string type = choice["type"].text();
  if (type == "auto")
    request.choice = tool_choice{};
  else if (type == "any")
    request.choice = tool_choice{tool_choice_mode::required, {}};
  else if (type == "none")
    request.choice = tool_choice{tool_choice_mode::none, {}};
  else if (type == "tool")
    request.choice = tool_choice{tool_choice_mode::named, choice["name"].text()};
  else
    choice["type"].reject("must be auto, any, tool or none");
  if (const auto alone = choice["disable_parallel_tool_use"].boolean())
    request.parallel_tool_calls = !*alone;
}

std::optional<double> decode_share(const json_node& node) {
  const auto number = node.number();
  if (number && !(*number >= 0 && *number <= 1))
    node.reject("must be from 0 to 1");
  return number;
}

std::optional<token_count> decode_output_max(const json_node& node) {
  const auto count = node.integer();
  if (count && (*count < 1 || *count > bounds::token_count_max))
    node.reject("must be a positive number of tokens");
  return count ? std::optional{token_count{*count}} : std::nullopt;
}

std::string decode_schema(const json_node& format) {
  if (!format.present())
    return {};
  if (format["type"].text() != "json_schema")
    format["type"].reject("must be json_schema");
  return format["schema"].object_text();
}

/// Tools and fields that go along unread. Reasoning fields do too, so that the vendor gets exactly
/// what its caller wrote.
std::string foreign_json(const json& document, std::string_view beta) {
  json fields = json::object();
  for (const auto& [name, value] : document.items())
    if (std::ranges::find(modelled, name) == modelled.end())
      fields[name] = value;
  if (const auto config = document.find("output_config");
      config != document.end() && config->is_object()) {
    fields["output_config"] = *config;
    fields["output_config"].erase("format");
  }
  json_fault unread;
  if (const auto tools = document.find("tools"); tools != document.end() && tools->is_array())
    for (const json& tool : *tools)
      if (!is_callers_own(json_node{tool, unread}))
        fields["tools"].push_back(tool);
  if (!beta.empty())
    fields[beta_header] = beta;
  return fields.empty() ? std::string{} : dump_json(fields);
}

chat_request decode_request(const json_node& root) {
  chat_request request;
  request.messages = decode_turns(root);
  const json_node tools = root["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i)
    if (is_callers_own(tools[i]))
      request.tools.push_back(decode_tool(tools[i]));
    else
      tools[i].pass_over();
  decode_choice(root["tool_choice"], request);
  request.output_tokens_max = decode_output_max(root["max_tokens"]);
  request.temperature = decode_share(root["temperature"]);
  request.top_p = decode_share(root["top_p"]);
  request.top_k = root["top_k"].integer();
  const json_node stop = root["stop_sequences"];
  for (std::size_t i = 0; i < stop.size(); ++i)
    request.stop.push_back(stop[i].text());
  request.user = root["metadata"]["user_id"].text_or({});
  const json_node format = root["output_config"]["format"];
  request.response_schema_json =
      decode_schema(format.present() ? format : root["output_format"]);
  decode_thinking(root, request);
  return request;
}

/// Whole fields, the vendor's own tools and all of "output_config" are foreign instead.
std::vector<std::string> unread_within_modelled(const json& document, json_fault& fault) {
  std::vector<std::string> names = fault.unread(document);
  std::erase_if(names, [](const std::string& name) {
    const std::size_t dot = name.find('.');
    return dot == std::string::npos || name.starts_with("output_config.")
           || name.starts_with("metadata.")
           || std::ranges::find(modelled, std::string_view{name}.substr(0, dot)) == modelled.end();
  });
  return names;
}

result<decoded_chat_request> decode(std::string_view body, std::string_view beta,
                                    bool must_bound) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  decoded_chat_request decoded;
  decoded.model = root["model"].text();
  decoded.request = decode_request(root);
  decoded.stream = root["stream"].boolean().value_or(false);
  if (must_bound && !root["max_tokens"].present())
    root["max_tokens"].reject("is missing; expected a number of tokens");
  if (fault.found())
    return fault.take();
  decoded.metadata = metadata_entries(*document);
  decoded.unread = unread_within_modelled(*document, fault);
  decoded.request.foreign = {std::string{dialect}, foreign_json(*document, beta)};
  return decoded;
}

} // namespace

result<decoded_chat_request> decode_chat_request(std::string_view body, std::string_view beta) {
  return decode(body, beta, true);
}

result<decoded_chat_request> decode_count_request(std::string_view body) {
  return decode(body, {}, false);
}

} // namespace spillway::wire::anthropic
