#include "wire/openai/message.hpp"

#include "wire/foreign_fields.hpp"
#include "wire/openai/reasoning.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const char* role_name(chat_role role, const request_options& options) {
  const bool instructs = role == chat_role::system || role == chat_role::developer;
  if (instructs)
    return options.developer_role ? "developer" : "system";
  return to_string(role);
}

/// Nine letters and digits that stand for any id, always the same ones: Mistral takes no others.
/// Source: https://docs.mistral.ai/api (2026-10).
std::string short_call_id(std::string_view id) {
  constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::uint64_t hash = 14'695'981'039'346'656'037U; // FNV-1a
  for (const char c : id)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  std::string out(9, '0');
  for (char& c : out) {
    c = letters[hash % letters.size()];
    hash /= letters.size();
  }
  return out;
}

bool is_short_id(std::string_view id) {
  return id.size() == 9 && std::ranges::all_of(id, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

std::string call_id(const std::string& id, const request_options& options) {
  return options.short_call_ids && !is_short_id(id) ? short_call_id(id) : id;
}

bool is_text(const content_part& part) {
  return part.what == content_part::kind::text;
}

/// What a tool turn can hold is text; the rest goes to `beyond`.
json encode_result(const chat_message& message, const request_options& options, json& beyond) {
  chat_message spoken = message;
  std::erase_if(spoken.parts, [](const content_part& p) { return !is_text(p); });
  for (const content_part& part : message.parts)
    if (!is_text(part))
      if (json encoded = encode_part(part, options); !encoded.is_null())
        beyond.push_back(std::move(encoded));
  if (options.cache == cache_notation::none) {
    spoken.text = plain_text(spoken);
    spoken.parts.clear();
  }
  if (spoken.text.empty() && spoken.parts.empty() && !message.parts.empty())
    spoken.text = "The result follows the results of the other tools.";
  return {{"role", "tool"},
          {"tool_call_id", call_id(message.tool_call_id, options)},
          {"content", encode_content(spoken, options)}};
}

json encode_assistant(const chat_message& message, const request_options& options) {
  json out = {{"role", "assistant"}, {"content", encode_content(message, options)}};
  const bool silent = message.text.empty() && message.parts.empty();
  if (!message.refusal.empty() && options.refusal_field)
    out["refusal"] = message.refusal;
  else if (!message.refusal.empty() && silent)
    out["content"] = message.refusal;
  if (!message.tool_calls.empty()) {
    std::vector<tool_call> calls = message.tool_calls;
    for (tool_call& call : calls)
      call.id = call_id(call.id, options);
    out["tool_calls"] = encode_tool_calls(calls, options.thought_signatures);
    for (std::size_t i = 0; i < calls.size(); ++i)
      add_foreign(calls[i].foreign, "messages.tool_calls", {chat_dialect, options.foreign},
                  out["tool_calls"][i]);
    if (silent)
      out["content"] = nullptr;
  }
  return_reasoning(message, options, out);
  return out;
}

json encode_modelled(const chat_message& message, const request_options& options, json& beyond) {
  if (message.role == chat_role::tool)
    return encode_result(message, options, beyond);
  json out = message.role == chat_role::assistant
                 ? encode_assistant(message, options)
                 : json{{"role", role_name(message.role, options)},
                        {"content", encode_content(message, options)}};
  if (options.names && !message.name.empty())
    out["name"] = message.name;
  return out;
}

json encode_turn(const chat_message& message, const request_options& options, json& beyond) {
  json out = encode_modelled(message, options, beyond);
  add_foreign(message.foreign, "messages", {chat_dialect, options.foreign}, out);
  return out;
}

/// Most turns are a role and a text.
bool is_plain(const chat_message& message) {
  return message.role != chat_role::tool && message.parts.empty() && message.tool_calls.empty()
         && message.reasoning.empty() && message.refusal.empty()
         && message.cache == cache_mark::none && message.foreign.json.empty();
}

void write_turn(const chat_message& message, const request_options& options, json& beyond,
                json_writer& out) {
  if (!is_plain(message)) {
    out.raw(dump_json(encode_turn(message, options, beyond)));
    return;
  }
  out.open('{').member("role", role_name(message.role, options)).member("content", message.text);
  if (options.names && !message.name.empty())
    out.member("name", message.name);
  out.close('}');
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

void refuse_custom_calls(const json_node& calls) {
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (calls[i]["custom"].present())
      calls[i]["type"].reject("must be function: other tools are not supported");
}

} // namespace

json encode_tool_calls(const std::vector<tool_call>& calls, bool signatures) {
  json list = json::array();
  for (const tool_call& call : calls) {
    json& entry = list.emplace_back();
    entry = {{"id", call.id},
             {"type", "function"},
             {"function",
              {{"name", call.name},
               {"arguments", call.arguments_json.empty() ? "{}" : call.arguments_json}}}};
    if (signatures && !call.signature.empty())
      entry["extra_content"]["google"]["thought_signature"] = call.signature;
  }
  return list;
}

json_node called_by(const json_node& call) {
  const json_node custom = call["custom"];
  return custom.present() ? custom : call["function"];
}

std::string decode_arguments(const json_node& called) {
  const json_node input = called["input"];
  const json_node arguments = input.present() ? input : called["arguments"];
  return arguments.is_object() ? arguments.object_text() : arguments.text_or({});
}

std::string decode_signature(const json_node& call) {
  const json_node google = call["extra_content"]["google"];
  return google["thought_signature"].text_or({});
}

std::vector<tool_call> decode_tool_calls(const json_node& calls, const std::string& synthetic_id) {
  std::vector<tool_call> list;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const json_node call = calls[i];
    const json_node called = called_by(call);
    for (const char* said_anyway : {"type", "index"})
      call[said_anyway].pass_over();
    tool_call& read = list.emplace_back();
    read.id = call["id"].text_or({});
    if (read.id.empty())
      read.id = synthetic_id + '_' + std::to_string(i);
    read.name = called["name"].text();
    read.arguments_json = decode_arguments(called);
    read.signature = decode_signature(call);
    read.foreign = unread_fields(call, chat_dialect);
  }
  return list;
}

void write_messages(const std::vector<chat_message>& messages, const request_options& options,
                    json_writer& out) {
  json beyond = json::array(); // of the results since the last other turn
  const auto write_beyond = [&] {
    if (!beyond.empty())
      out.raw(dump_json({{"role", "user"}, {"content", std::exchange(beyond, json::array())}}));
  };
  for (const chat_message& message : messages) {
    if (message.role != chat_role::tool)
      write_beyond();
    write_turn(message, options, beyond, out);
  }
  write_beyond();
}

void decode_assistant(const json_node& node, const std::string& synthetic_id, other_parts others,
                      chat_message& message) {
  message.reasoning = decode_reasoning(node);
  decode_content(node["content"], others, message);
  message.refusal += node["refusal"].text_or({});
  message.tool_calls = decode_tool_calls(node["tool_calls"], synthetic_id);
}

chat_message decode_message(const json_node& node, std::size_t index) {
  chat_message message;
  message.role = decode_role(node["role"]);
  message.name = node["name"].text_or({});
  if (message.role == chat_role::assistant) {
    decode_assistant(node, "call_" + std::to_string(index), other_parts::refused, message);
    refuse_custom_calls(node["tool_calls"]);
  } else {
    decode_content(node["content"], other_parts::refused, message);
    if (!node["content"].present())
      node["content"].reject("is missing; expected a string or a list of parts");
  }
  if (message.role == chat_role::tool)
    message.tool_call_id = node["tool_call_id"].text();
  message.cache = decode_cache_mark(node);
  if (node["function_call"].present())
    node["function_call"].reject("is not supported: use tool_calls");
  message.foreign = unread_fields(node, chat_dialect);
  return message;
}

} // namespace spillway::wire::openai
