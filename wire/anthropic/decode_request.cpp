#include "core/bounds.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/thinking.hpp"
#include "wire/anthropic/turns.hpp"
#include "wire/foreign_fields.hpp"
#include "wire/metadata.hpp"

#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

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
  read.foreign = unread_fields(tool, dialect);
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

/// Tools and fields that go along unread. Those of reasoning do though they are read, so that the
/// vendor gets exactly what its caller wrote.
foreign_fields decode_foreign(const json_node& root, std::string_view beta) {
  json fields = root.take_unread();
  if (root["thinking"].present())
    fields["thinking"] = root["thinking"].value();
  if (root["output_config"].is_object()) {
    fields["output_config"] = root["output_config"].value();
    fields["output_config"].erase("format");
  }
  const json_node tools = root["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i)
    if (!is_callers_own(tools[i]))
      fields["tools"].push_back(tools[i].value());
  if (!beta.empty())
    fields[beta_header] = beta;
  return {std::string{dialect}, fields.empty() ? std::string{} : dump_json(fields)};
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
  const json_node older = root["output_format"];
  request.response_schema_json = decode_schema(format.present() ? format : older);
  decode_thinking(root, request);
  return request;
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
  for (const char* taken_whole : {"metadata", "thinking", "output_config"})
    root[taken_whole].pass_over();
  if (fault.found())
    return fault.take();
  decoded.metadata = metadata_entries(*document);
  const std::vector<std::string> unread = fault.unread(*document);
  if (lie_within(unread))
    decoded.request = decode_request(root);
  decoded.request.foreign = decode_foreign(root, beta);
  if (!unread.empty())
    decoded.unread = fault.unread(*document);
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
