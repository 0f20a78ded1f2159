#include "wire/anthropic/content.hpp"

#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;
using kind = content_part::kind;

/// How the images that the vendor takes begin in base64.
constexpr std::array<std::pair<std::string_view, const char*>, 4> image_beginnings = {{
    {"iVBOR", "image/png"},
    {"/9j/", "image/jpeg"},
    {"R0lGOD", "image/gif"},
    {"UklGR", "image/webp"},
}};

std::string image_type(const content_part& part) {
  if (!part.media_type.empty())
    return part.media_type;
  for (const auto& [beginning, type] : image_beginnings)
    if (part.data_base64.starts_with(beginning))
      return type;
  return "image/png";
}

json base64_source(std::string media_type, const std::string& data) {
  return {{"type", "base64"}, {"media_type", std::move(media_type)}, {"data", data}};
}

json encode_image(const content_part& part) {
  json source = part.url.empty() ? base64_source(image_type(part), part.data_base64)
                                 : json{{"type", "url"}, {"url", part.url}};
  return {{"type", "image"}, {"source", std::move(source)}};
}

json document_source(const content_part& part) {
  if (!part.url.empty())
    return {{"type", "url"}, {"url", part.url}};
  if (!part.text.empty())
    return {{"type", "text"}, {"media_type", "text/plain"}, {"data", part.text}};
  return base64_source(part.media_type.empty() ? "application/pdf" : part.media_type,
                       part.data_base64);
}

json encode_document(const content_part& part) {
  json block = {{"type", "document"}, {"source", document_source(part)}};
  if (!part.name.empty())
    block["title"] = part.name;
  return block;
}

json encode_audio(const content_part& part) {
  return {{"type", "audio"}, {"source", base64_source(part.media_type, part.data_base64)}};
}

json encode_foreign(const content_part& part) {
  auto block = part.name == dialect ? parse_json(part.text) : error{};
  const bool is_block = block && block->is_object() && block->contains("type")
                        && block->at("type").is_string() && block->at("type") != "text";
  return is_block ? std::move(block).value() : json();
}

json encode_unmarked(const content_part& part) {
  switch (part.what) {
    case kind::text: return is_blank(part.text) ? json() : text_block(part.text);
    case kind::image: return encode_image(part);
    case kind::audio: return encode_audio(part);
    case kind::file: return encode_document(part);
    case kind::foreign: return encode_foreign(part);
  }
  return {};
}

/// Fills in where the bytes are; false for a source that means something to the vendor alone.
bool decode_source(const json_node& source, content_part& part) {
  const std::string type = source["type"].text();
  if (type == "base64") {
    part.media_type = source["media_type"].text();
    part.data_base64 = source["data"].text();
  } else if (type == "url") {
    part.url = source["url"].text();
  } else if (type == "text" && part.what == kind::file) {
    part.media_type = source["media_type"].text_or("text/plain");
    part.text = source["data"].text();
  } else {
    return false;
  }
  return true;
}

content_part foreign_part(const json_node& block) {
  return {.what = kind::foreign, .text = block.any_text(), .name = std::string{dialect}};
}

} // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::string encode_tool_id(std::string_view id) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string allowed;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '_' || c == '-')
      allowed += c;
    else
      allowed.append({'_', hex[byte >> 4], hex[byte & 15]});
  }
  return allowed.empty() ? "_" : allowed;
}

json text_block(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

void mark_cache(json& block, cache_mark mark) {
  if (mark == cache_mark::none || !block.is_object())
    return;
  block["cache_control"] = {{"type", "ephemeral"}};
  if (mark == cache_mark::one_hour)
    block["cache_control"]["ttl"] = "1h";
}

json encode_part(const content_part& part) {
  json block = encode_unmarked(part);
  if (block.is_null())
    return block;
  mark_cache(block, part.cache);
  add_foreign(part.foreign, {}, {dialect}, block);
  return block;
}

json encode_content(const chat_message& message) {
  json blocks = json::array();
  if (!is_blank(message.text))
    blocks.push_back(text_block(message.text));
  for (const content_part& part : message.parts)
    if (json block = encode_part(part); !block.is_null())
      blocks.push_back(std::move(block));
  return blocks;
}

json encode_tool_use(const tool_call& call) {
  // The arguments are whatever a model wrote, perhaps another vendor's: the history must not fail.
  auto input = parse_json(call.arguments_json);
  json block = {{"type", "tool_use"},
                {"id", encode_tool_id(call.id)},
                {"name", call.name},
                {"input", input && input->is_object() ? std::move(input).value() : json::object()}};
  add_foreign(call.foreign, {}, {dialect}, block);
  return block;
}

json encode_reasoning(const reasoning_block& block) {
  if (!block.redacted_data.empty())
    return {{"type", "redacted_thinking"}, {"data", block.redacted_data}};
  return {{"type", "thinking"}, {"thinking", block.text}, {"signature", block.signature}};
}

json encode_tool_result(const chat_message& message) {
  json block = {{"type", "tool_result"}, {"tool_use_id", encode_tool_id(message.tool_call_id)}};
  json content = encode_content(message);
  if (message.parts.empty() && !content.empty())
    block["content"] = message.text;
  else if (!content.empty())
    block["content"] = std::move(content);
  if (message.is_error)
    block["is_error"] = true;
  add_foreign(message.foreign, {}, {dialect}, block);
  return block;
}

cache_mark decode_cache(const json_node& block) {
  const json_node control = block["cache_control"];
  control["type"].pass_over();
  if (!control.present())
    return cache_mark::none;
  const std::string ttl = control["ttl"].text_or("5m");
  if (ttl != "5m" && ttl != "1h")
    control["ttl"].reject("must be 5m or 1h");
  return ttl == "1h" ? cache_mark::one_hour : cache_mark::five_minutes;
}

content_part decode_part(const json_node& block) {
  const std::string type = block["type"].text();
  content_part part;
  part.cache = decode_cache(block);
  bool is_known = true;
  if (type == "text") {
    part.text = block["text"].text();
  } else if (type == "image") {
    part.what = kind::image;
    is_known = decode_source(block["source"], part);
  } else if (type == "document") {
    part.what = kind::file;
    part.name = block["title"].text_or({});
    is_known = decode_source(block["source"], part);
  } else {
    is_known = false;
  }
  if (!is_known)
    return foreign_part(block);
  part.foreign = unread_fields(block, dialect);
  return part;
}

tool_call decode_tool_use(const json_node& block) {
  tool_call call;
  call.id = block["id"].text();
  call.name = block["name"].text();
  const json_node input = block["input"];
  // The vendor sends an object; some servers of its API the text of one.
  call.arguments_json = input.is_string() ? input.text() : input.object_text();
  if (call.arguments_json.empty())
    call.arguments_json = "{}";
  call.foreign = unread_fields(block, dialect);
  return call;
}

reasoning_block decode_reasoning(const json_node& block) {
  reasoning_block read;
  if (block["type"].text_or({}) == "redacted_thinking") {
    read.redacted_data = block["data"].text();
    return read;
  }
  read.text = block["thinking"].text_or({});
  read.signature = block["signature"].text_or({});
  return read;
}

} // namespace spillway::wire::anthropic
