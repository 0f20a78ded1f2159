#include "wire/openai/response_items.hpp"

#include "wire/openai/content.hpp"

#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;
using kind = content_part::kind;

/// Not among the letters that anybody's signatures are made of.
constexpr char seal_separator = '|';

void append_texts(const json_node& list, std::string& text) {
  for (std::size_t i = 0; i < list.size(); ++i)
    text += (text.empty() ? "" : "\n\n") + list[i]["text"].text_or({});
}

// -- reading --------------------------------------------------------------------------------------

content_part decode_input_file(const json_node& node) {
  content_part part;
  part.what = kind::file;
  part.name = node["filename"].text_or({});
  if (node["file_data"].present())
    decode_url(node["file_data"], part);
  else if (node["file_url"].present())
    part.url = node["file_url"].text();
  else
    part.url = std::string{stored_file_scheme} + node["file_id"].text();
  return part;
}

content_part decode_input_image(const json_node& node) {
  content_part part;
  part.what = kind::image;
  part.detail = node["detail"].text_or({});
  if (node["image_url"].present())
    decode_url(node["image_url"], part);
  else
    part.url = std::string{stored_file_scheme} + node["file_id"].text();
  return part;
}

content_part decode_part(const json_node& node) {
  const std::string type = node["type"].text();
  content_part part;
  if (type == "input_image")
    part = decode_input_image(node);
  else if (type == "input_file")
    part = decode_input_file(node);
  else if (type == "input_audio")
    decode_audio(node["input_audio"], part);
  else if (type == "input_text" || type == "output_text" || type == "text")
    part.text = node["text"].text();
  else
    node["type"].reject("must be input_text, input_image, input_audio, input_file or output_text");
  part.cache = decode_cache_mark(node);
  return part;
}

/// A text or a list of parts; one plain text is that text.
void decode_item_content(const json_node& content, chat_message& message) {
  if (!content.is_array()) {
    message.text = content.text();
    return;
  }
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i]["type"].text_or({}) == "refusal")
      message.refusal += content[i]["refusal"].text();
    else
      message.parts.push_back(decode_part(content[i]));
  }
  unwrap_single_text(message);
}

/// The turn that an item of an answer belongs to: the last one, unless it is another's or has
/// already said what the item would say before.
chat_message& answering_turn(std::vector<chat_message>& messages, bool is_begun_by_item) {
  const bool goes_on = !messages.empty() && messages.back().role == chat_role::assistant
                       && !is_begun_by_item;
  if (!goes_on)
    messages.emplace_back().role = chat_role::assistant;
  return messages.back();
}

bool has_spoken(const std::vector<chat_message>& messages) {
  return !messages.empty()
         && (!messages.back().text.empty() || !messages.back().parts.empty()
             || !messages.back().refusal.empty());
}

bool has_acted(const std::vector<chat_message>& messages) {
  return has_spoken(messages) || (!messages.empty() && !messages.back().tool_calls.empty());
}

chat_role decode_item_role(const json_node& role) {
  const std::string name = role.text();
  for (const chat_role known :
       {chat_role::user, chat_role::assistant, chat_role::system, chat_role::developer})
    if (name == to_string(known))
      return known;
  role.reject("must be user, assistant, system or developer");
  return chat_role::user;
}

void decode_message(const json_node& item, std::vector<chat_message>& messages) {
  const chat_role role = decode_item_role(item["role"]);
  if (role == chat_role::assistant)
    return decode_item_content(item["content"], answering_turn(messages, has_spoken(messages)));
  chat_message& message = messages.emplace_back();
  message.role = role;
  decode_item_content(item["content"], message);
}

void decode_call_output(const json_node& item, std::vector<chat_message>& messages) {
  chat_message& message = messages.emplace_back();
  message.role = chat_role::tool;
  message.tool_call_id = item["call_id"].text();
  decode_item_content(item["output"], message);
}

void decode_item(const json_node& item, std::vector<chat_message>& messages) {
  const std::string type = item["type"].text_or("message");
  for (const char* of_the_item : {"id", "status"}) // as the server that made it knows it
    item[of_the_item].pass_over();
  if (type == "message")
    decode_message(item, messages);
  else if (type == "function_call")
    decode_output_item(item, answering_turn(messages, false));
  else if (type == "reasoning")
    decode_output_item(item, answering_turn(messages, has_acted(messages)));
  else if (type == "function_call_output")
    decode_call_output(item, messages);
  else
    item["type"].reject("must be message, function_call, function_call_output or reasoning");
}

void decode_message_item(const json_node& content, chat_message& message) {
  if (content.is_string()) {
    message.text += content.text();
    return;
  }
  for (std::size_t i = 0; i < content.size(); ++i) {
    const json_node part = content[i];
    if (part["type"].text() == "refusal")
      message.refusal += part["refusal"].text_or({});
    else
      message.text += part["text"].text_or({});
  }
}

// -- writing --------------------------------------------------------------------------------------

/// Null for a part of another dialect.
json encode_input_part(const content_part& part) {
  const bool stored = part.url.starts_with(stored_file_scheme);
  const std::string id = stored ? part.url.substr(stored_file_scheme.size()) : "";
  json out;
  switch (part.what) {
    case kind::text: return {{"type", "input_text"}, {"text", part.text}};
    case kind::audio: return encode_part(part, {});
    case kind::image:
      out = {{"type", "input_image"}, {"detail", part.detail.empty() ? "auto" : part.detail}};
      out[stored ? "file_id" : "image_url"] = stored ? id : encode_url(part);
      return out;
    case kind::foreign: return nullptr;
    case kind::file: break;
  }
  if (!part.text.empty())
    return {{"type", "input_text"}, {"text", text_of_file(part)}};
  out = {{"type", "input_file"}};
  if (!part.name.empty())
    out["filename"] = part.name;
  if (stored)
    out["file_id"] = id;
  else
    out[part.data_base64.empty() ? "file_url" : "file_data"] = encode_url(part);
  return out;
}

json encode_parts(const chat_message& message) {
  if (message.parts.empty())
    return message.text;
  json list = json::array();
  for (const content_part& part : message.parts)
    if (json encoded = encode_input_part(part); !encoded.is_null())
      list.push_back(std::move(encoded));
  if (list.empty())
    return message.text;
  return list;
}

json encode_thought(const reasoning_block& block) {
  const std::size_t colon = block.signature.find(':');
  json summary = json::array();
  if (!block.text.empty())
    summary.push_back({{"type", "summary_text"}, {"text", block.text}});
  return {{"type", "reasoning"},
          {"id", block.signature.substr(0, colon)},
          {"summary", std::move(summary)},
          {"encrypted_content", block.signature.substr(colon + 1)}};
}

bool is_ours(const reasoning_block& block) {
  return block.dialect == "openai" && block.signature.find(':') != std::string::npos;
}

void encode_answer(const chat_message& message, json& items) {
  for (const reasoning_block& block : message.reasoning)
    if (is_ours(block))
      items.push_back(encode_thought(block));
  const std::string text = plain_text(message);
  json content = json::array();
  if (!text.empty())
    content.push_back({{"type", "output_text"}, {"text", text}});
  if (!message.refusal.empty())
    content.push_back({{"type", "refusal"}, {"refusal", message.refusal}});
  if (!content.empty())
    items.push_back(
        {{"type", "message"}, {"role", "assistant"}, {"content", std::move(content)}});
  for (const tool_call& call : message.tool_calls)
    items.push_back({{"type", "function_call"},
                     {"call_id", call.id},
                     {"name", call.name},
                     {"arguments", call.arguments_json.empty() ? "{}" : call.arguments_json}});
}

} // namespace

void decode_input(const json_node& input, std::vector<chat_message>& messages) {
  if (input.is_string()) {
    chat_message& message = messages.emplace_back();
    message.text = input.text();
    return;
  }
  if (input.size() == 0)
    return input.reject("must be a text or a list of items that is not empty");
  for (std::size_t i = 0; i < input.size(); ++i)
    decode_item(input[i], messages);
}

json encode_input(const std::vector<chat_message>& messages) {
  json items = json::array();
  for (const chat_message& message : messages) {
    if (message.role == chat_role::assistant)
      encode_answer(message, items);
    else if (message.role == chat_role::tool)
      items.push_back({{"type", "function_call_output"},
                       {"call_id", message.tool_call_id},
                       {"output", encode_parts(message)}});
    else
      items.push_back(
          {{"type", "message"},
           {"role", message.role == chat_role::user ? "user" : "developer"},
           {"content", encode_parts(message)}});
  }
  return items;
}

reasoning_block decode_thought(const json_node& item) {
  reasoning_block block;
  append_texts(item["summary"], block.text);
  if (block.text.empty())
    append_texts(item["content"], block.text);
  const std::string sealed = item["encrypted_content"].text_or({});
  const std::size_t first = sealed.find(seal_separator);
  const std::size_t second = sealed.find(seal_separator, first + 1);
  if (first == std::string::npos || second == std::string::npos) {
    block.dialect = "openai";
    if (!sealed.empty())
      block.signature = item["id"].text_or({}) + ':' + sealed;
    return block;
  }
  block.dialect = sealed.substr(0, first);
  block.signature = sealed.substr(first + 1, second - first - 1);
  block.redacted_data = sealed.substr(second + 1);
  return block;
}

std::string sealed_thought(const reasoning_block& block) {
  if (block.signature.empty() && block.redacted_data.empty())
    return {};
  return block.dialect + seal_separator + block.signature + seal_separator + block.redacted_data;
}

void decode_output_item(const json_node& item, chat_message& message) {
  const std::string type = item["type"].text();
  if (type == "message")
    decode_message_item(item["content"], message);
  else if (type == "function_call")
    message.tool_calls.push_back({item["call_id"].text_or(item["id"].text_or({})),
                                  item["name"].text(), item["arguments"].text_or({})});
  else if (type == "reasoning")
    message.reasoning.push_back(decode_thought(item));
}

response_end decode_response_end(const json_node& response, bool calls_tools) {
  const std::string status = response["status"].text_or({});
  const std::string reason = response["incomplete_details"]["reason"].text_or({});
  if (status == "incomplete")
    return {reason == "content_filter" ? finish_reason::content_filter : finish_reason::length,
            reason.empty() ? status : reason};
  return {calls_tools ? finish_reason::tool_calls : finish_reason::stop, status};
}

} // namespace spillway::wire::openai
