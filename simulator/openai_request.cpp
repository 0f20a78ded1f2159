#include "simulator/openai_request.hpp"

#include "core/bounds.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::simulator {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, chat_role>, 5> roles = {{
    {"system", chat_role::system},
    {"developer", chat_role::developer},
    {"user", chat_role::user},
    {"assistant", chat_role::assistant},
    {"tool", chat_role::tool},
}};

chat_role read_role(const std::string& name) {
  for (const auto& [known, role] : roles)
    if (known == name)
      return role;
  throw json::other_error::create(501, "Invalid value for role: '" + name + "'", nullptr);
}

/// Null and absent are the same to the vendor.
const json* optional_field(const json& object, const char* name) {
  const auto field = object.find(name);
  return field == object.end() || field->is_null() ? nullptr : &*field;
}

template <class T>
std::optional<T> optional_value(const json& object, const char* name) {
  const json* field = optional_field(object, name);
  return field ? std::optional<T>{field->get<T>()} : std::nullopt;
}

std::string text_at(const json& object, const char* name) {
  return optional_value<std::string>(object, name).value_or("");
}

/// Iterating any JSON is possible; only an array may be meant.
const json::array_t& items_of(const json& list) {
  return list.get_ref<const json::array_t&>();
}

/// The text of a content: a string, or the text parts of a list.
std::string read_content(const json& message) {
  const json* content = optional_field(message, "content");
  if (!content || content->is_string())
    return content ? content->get<std::string>() : "";
  std::string text;
  for (const json& part : items_of(*content))
    if (part.at("type") == "text")
      text += part.at("text").get<std::string>();
  return text;
}

tool_call read_tool_call(const json& call) {
  const json& function = call.at("function");
  return {call.at("id"), function.at("name"), text_at(function, "arguments")};
}

chat_message read_message(const json& message) {
  chat_message read{read_role(message.at("role")),
                    read_content(message),
                    text_at(message, "name"),
                    {},
                    text_at(message, "tool_call_id")};
  if (const json* calls = optional_field(message, "tool_calls"))
    for (const json& call : items_of(*calls))
      read.tool_calls.push_back(read_tool_call(call));
  return read;
}

tool_definition read_tool(const json& tool) {
  const json& function = tool.at("function");
  const json* parameters = optional_field(function, "parameters");
  return {function.at("name"), text_at(function, "description"),
          parameters ? parameters->dump() : ""};
}

tool_choice read_tool_choice(const json& choice) {
  if (choice.is_object())
    return {tool_choice_mode::named, choice.at("function").at("name")};
  if (choice == "none")
    return {tool_choice_mode::none, ""};
  return {choice == "required" ? tool_choice_mode::required : tool_choice_mode::automatic, ""};
}

std::vector<std::string> read_stop(const json& stop) {
  return stop.is_string() ? std::vector{stop.get<std::string>()}
                          : stop.get<std::vector<std::string>>();
}

std::string read_response_schema(const json& format) {
  const std::string type = format.at("type");
  if (type == "json_schema")
    return format.at("json_schema").at("schema").dump();
  return type == "json_object" ? R"({"type":"object"})" : "";
}

std::optional<token_count> read_output_bound(const json& body) {
  for (const char* name : {"max_completion_tokens", "max_tokens"})
    if (const auto most = optional_value<std::int64_t>(body, name))
      return token_count{std::clamp<std::int64_t>(*most, 1, bounds::token_count_max)};
  return std::nullopt;
}

/// Source: https://platform.openai.com/docs/api-reference/chat/create (2026-11): 1 to 128.
int read_choices(const json& body) {
  const auto wanted = optional_value<std::int64_t>(body, "n").value_or(1);
  if (wanted < 1 || wanted > bounds::choices_max)
    throw json::other_error::create(501, "Invalid value for n: " + std::to_string(wanted), nullptr);
  return static_cast<int>(wanted);
}

chat_call read(const json& body) {
  chat_call call;
  call.model = body.at("model");
  for (const json& message : items_of(body.at("messages")))
    call.chat.messages.push_back(read_message(message));
  if (const json* tools = optional_field(body, "tools"))
    for (const json& tool : items_of(*tools))
      call.chat.tools.push_back(read_tool(tool));
  if (const json* choice = optional_field(body, "tool_choice"))
    call.chat.choice = read_tool_choice(*choice);
  if (const json* stop = optional_field(body, "stop"))
    call.chat.stop = read_stop(*stop);
  if (const json* format = optional_field(body, "response_format"))
    call.chat.response_schema_json = read_response_schema(*format);
  call.chat.parallel_tool_calls = optional_value<bool>(body, "parallel_tool_calls");
  call.chat.output_tokens_max = read_output_bound(body);
  call.chat.choices = read_choices(body);
  call.stream = optional_value<bool>(body, "stream").value_or(false);
  if (const json* options = optional_field(body, "stream_options"))
    call.include_usage = optional_value<bool>(*options, "include_usage").value_or(false);
  return call;
}

} // namespace

result<chat_call> read_chat_call(std::string_view body) {
  bool too_deep = false;
  const auto bound_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > bounds::json_depth_max;
    return !too_deep;
  };
  const json parsed = json::parse(body, bound_depth, false);
  if (too_deep || !parsed.is_object())
    return error{"We could not parse the JSON body of your request."};
  try {
    return read(parsed);
  } catch (const json::exception& wrong) {
    const std::string_view what =
        wrong.what(); // "[json.exception.type_error.302] type must be ..."
    return error{"Invalid request: " + std::string{what.substr(what.find("] ") + 2)}};
  }
}

} // namespace spillway::simulator
