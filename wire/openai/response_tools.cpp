#include "wire/openai/response_tools.hpp"

#include "wire/openai/tools.hpp"

#include <utility>

namespace spillway::wire::openai {

using nlohmann::json;

json encode_response_tool(const tool_definition& tool) {
  json out = {{"type", "function"}, {"name", tool.name}};
  if (!tool.description.empty())
    out["description"] = tool.description;
  auto schema = parse_json(tool.parameters_json);
  out["parameters"] = schema ? std::move(schema).value()
                             : json{{"type", "object"}, {"properties", json::object()}};
  out["strict"] = tool.strict.value_or(false); // the vendor's own default here is true
  return out;
}

json encode_response_choice(const tool_choice& choice) {
  if (choice.mode == tool_choice_mode::named)
    return {{"type", "function"}, {"name", choice.name}};
  if (choice.allowed.empty())
    return to_string(choice.mode);
  json tools = json::array();
  for (const std::string& name : choice.allowed)
    tools.push_back({{"type", "function"}, {"name", name}});
  return {{"type", "allowed_tools"}, {"mode", to_string(choice.mode)}, {"tools", std::move(tools)}};
}

} // namespace spillway::wire::openai
