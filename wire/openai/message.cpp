#include "wire/openai/message.hpp"

namespace spillway::wire::openai {
namespace {

/// The arguments are a string that holds JSON; some servers send the object itself.
std::string decode_arguments(const json_node& arguments) {
  return arguments.is_object() ? arguments.object_text() : arguments.text_or({});
}

} // namespace

nlohmann::json encode_tool_calls(const std::vector<tool_call>& calls) {
  nlohmann::json list = nlohmann::json::array();
  for (const tool_call& call : calls)
    list.push_back({{"id", call.id},
                    {"type", "function"},
                    {"function",
                     {{"name", call.name},
                      {"arguments", call.arguments_json.empty() ? "{}" : call.arguments_json}}}});
  return list;
}

std::vector<tool_call> decode_tool_calls(const json_node& calls, const std::string& synthetic_id) {
  std::vector<tool_call> list;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const json_node call = calls[i];
    const json_node function = call["function"];
    tool_call& read = list.emplace_back();
    read.id = call["id"].text_or({});
    if (read.id.empty())
      read.id = synthetic_id + '_' + std::to_string(i);
    read.name = function["name"].text();
    read.arguments_json = decode_arguments(function["arguments"]);
  }
  return list;
}

std::string decode_content(const json_node& content) {
  if (!content.is_array())
    return content.text_or({});
  std::string joined;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const json_node part = content[i];
    const std::string type = part["type"].text();
    if (type == "text")
      joined += part["text"].text();
    else if (type == "refusal")
      joined += part["refusal"].text();
    else
      part["type"].reject("must be text: other parts are not supported");
  }
  return joined;
}

} // namespace spillway::wire::openai
