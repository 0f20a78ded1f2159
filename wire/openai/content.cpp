#include "wire/openai/content.hpp"

#include "wire/foreign_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

constexpr std::string_view data_scheme = "data:";
constexpr std::string_view base64_mark = ";base64";

/// OpenAI names a format, everybody else its media type.
/// Source: https://www.iana.org/assignments/media-types (2026-10).
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> audio_formats = {{
    {"mp3", "audio/mpeg"},
    {"pcm16", "audio/L16"},
}};

std::string media_type_of_audio(const std::string& format) {
  for (const auto& [name, type] : audio_formats)
    if (format == name)
      return std::string{type};
  return "audio/" + format;
}

std::string audio_format(std::string_view media_type) {
  for (const auto& [name, type] : audio_formats)
    if (media_type == type)
      return std::string{name};
  return std::string{media_type.substr(media_type.find('/') + 1)};
}

/// `image_url: {url, detail}`; some clients write the URL alone.
void decode_image(const json_node& image, content_part& part) {
  part.what = content_part::kind::image;
  decode_url(image.is_string() ? image : image["url"], part);
  if (image.is_object())
    part.detail = image["detail"].text_or({});
}

void decode_file(const json_node& file, content_part& part) {
  part.what = content_part::kind::file;
  part.name = file["filename"].text_or({});
  if (file["file_id"].present())
    part.url = std::string{stored_file_scheme} + file["file_id"].text();
  else
    decode_url(file["file_data"], part);
}

bool is_modelled(std::string_view type) {
  constexpr std::array<std::string_view, 4> types = {"text", "image_url", "input_audio", "file"};
  return std::ranges::find(types, type) != types.end();
}

/// A part that is content; others have been taken before.
content_part decode_part(const json_node& node, const std::string& type) {
  content_part part;
  if (type == "text")
    part.text = node["text"].text();
  else if (type == "image_url")
    decode_image(node["image_url"], part);
  else if (type == "input_audio")
    decode_audio(node["input_audio"], part);
  else if (type == "file")
    decode_file(node["file"], part);
  else
    node["type"].reject("must be text, image_url, input_audio or file");
  part.cache = decode_cache_mark(node);
  part.foreign = unread_fields(node, chat_dialect);
  return part;
}

/// Mistral's thoughts: a text, or a list of text parts.
std::string decode_thinking(const json_node& thinking) {
  if (!thinking.is_array())
    return thinking.text_or({});
  std::string text;
  for (std::size_t i = 0; i < thinking.size(); ++i)
    text += thinking[i]["text"].text_or({});
  return text;
}

json encode_file(const content_part& part) {
  if (!part.text.empty())
    return {{"type", "text"}, {"text", text_of_file(part)}};
  json file = json::object();
  if (!part.name.empty())
    file["filename"] = part.name;
  if (part.url.starts_with(stored_file_scheme))
    file["file_id"] = part.url.substr(stored_file_scheme.size());
  else
    file["file_data"] = encode_url(part);
  return {{"type", "file"}, {"file", std::move(file)}};
}

json encode_image(const content_part& part) {
  json image = {{"url", encode_url(part)}};
  if (!part.detail.empty())
    image["detail"] = part.detail;
  return {{"type", "image_url"}, {"image_url", std::move(image)}};
}

/// OpenAI takes the bytes only; vLLM also a place to fetch them from.
json encode_audio(const content_part& part) {
  if (part.data_base64.empty())
    return {{"type", "audio_url"}, {"audio_url", {{"url", part.url}}}};
  return {{"type", "input_audio"},
          {"input_audio", {{"data", part.data_base64}, {"format", audio_format(part.media_type)}}}};
}

json encode_unmarked(const content_part& part) {
  switch (part.what) {
    case content_part::kind::text: return {{"type", "text"}, {"text", part.text}};
    case content_part::kind::image: return encode_image(part);
    case content_part::kind::audio: return encode_audio(part);
    case content_part::kind::file: return encode_file(part);
    case content_part::kind::foreign: break;
  }
  return nullptr;
}

} // namespace

void decode_url(const json_node& node, content_part& part) {
  std::string url = node.text();
  if (!url.starts_with(data_scheme)) {
    part.url = std::move(url);
    return;
  }
  const std::size_t comma = std::min(url.find(','), url.size());
  const std::string_view head = std::string_view{url}.substr(0, comma).substr(data_scheme.size());
  if (!head.ends_with(base64_mark) || comma == url.size())
    return node.reject("must be base64 if it is a data: URL");
  part.media_type = head.substr(0, head.find(';'));
  part.data_base64 = url.substr(comma + 1);
}

std::string encode_url(const content_part& part) {
  if (part.data_base64.empty())
    return part.url;
  std::string url{data_scheme};
  url.append(part.media_type).append(base64_mark).append(",").append(part.data_base64);
  return url;
}

void decode_audio(const json_node& audio, content_part& part) {
  part.what = content_part::kind::audio;
  part.data_base64 = audio["data"].text();
  if (part.data_base64.empty())
    audio["data"].reject("must not be empty");
  part.media_type = media_type_of_audio(audio["format"].text());
}

cache_mark decode_cache_mark(const json_node& node) {
  const json_node breakpoint = node["prompt_cache_breakpoint"];
  breakpoint.pass_over();
  if (breakpoint.present())
    return cache_mark::five_minutes;
  const json_node control = node["cache_control"];
  control.pass_over();
  if (!control.present())
    return cache_mark::none;
  return control["ttl"].text_or("5m") == "1h" ? cache_mark::one_hour : cache_mark::five_minutes;
}

void encode_cache_mark(cache_mark mark, const request_options& options, json& at) {
  if (mark == cache_mark::none)
    return;
  if (options.cache == cache_notation::breakpoint)
    at["prompt_cache_breakpoint"] = {{"mode", "explicit"}};
  if (options.cache != cache_notation::control)
    return;
  at["cache_control"] = {{"type", "ephemeral"}};
  if (mark == cache_mark::one_hour)
    at["cache_control"]["ttl"] = "1h";
}

void decode_content(const json_node& content, other_parts others, chat_message& message) {
  if (!content.is_array()) {
    message.text += content.text_or({});
    return;
  }
  for (std::size_t i = 0; i < content.size(); ++i) {
    const json_node node = content[i];
    const std::string type = node["type"].text();
    if (type == "refusal")
      message.refusal += node["refusal"].text();
    else if (type == "thinking")
      message.reasoning.push_back({decode_thinking(node["thinking"])});
    else if (others == other_parts::refused || is_modelled(type))
      message.parts.push_back(decode_part(node, type));
  }
  unwrap_single_text(message);
}

void unwrap_single_text(chat_message& message) {
  if (message.parts.size() != 1)
    return;
  const content_part& only = message.parts.front();
  if (only.what != content_part::kind::text || only.cache != cache_mark::none
      || !only.foreign.json.empty())
    return;
  message.text += only.text;
  message.parts.clear();
}

json encode_part(const content_part& part, const request_options& options) {
  json out = encode_unmarked(part);
  if (out.is_null())
    return out;
  encode_cache_mark(part.cache, options, out);
  add_foreign(part.foreign, "messages.content", {chat_dialect, options.foreign}, out);
  return out;
}

std::string text_of_file(const content_part& part) {
  return part.name.empty() ? part.text : part.name + "\n\n" + part.text;
}

json encode_content(const chat_message& message, const request_options& options) {
  const bool marked =
      message.cache != cache_mark::none && options.cache != cache_notation::none;
  if (message.parts.empty() && !marked)
    return message.text;
  json list = json::array();
  for (const content_part& part : message.parts)
    if (json encoded = encode_part(part, options); !encoded.is_null())
      list.push_back(std::move(encoded));
  if (list.empty())
    list.push_back({{"type", "text"}, {"text", message.text}});
  encode_cache_mark(message.cache, options, list.back());
  return list;
}

} // namespace spillway::wire::openai
