#include "wire/gemini/part.hpp"

#include "wire/gemini/field.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;
using part_kind = content_part::kind;

// Source: https://ai.google.dev/gemini-api/docs/file-input-methods (2026-10).
constexpr std::array<std::pair<std::string_view, const char*>, 14> types_by_ending = {{
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".gif", "image/gif"},
    {".heic", "image/heic"},
    {".pdf", "application/pdf"},
    {".txt", "text/plain"},
    {".csv", "text/csv"},
    {".mp3", "audio/mp3"},
    {".wav", "audio/wav"},
    {".ogg", "audio/ogg"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
}};

std::string type_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  for (const auto& [ending, type] : types_by_ending)
    if (url.ends_with(ending))
      return type;
  return {};
}

/// What bytes are whose sender did not say.
const char* usual_type(part_kind what) {
  switch (what) {
    case part_kind::image: return "image/jpeg";
    case part_kind::audio: return "audio/wav";
    case part_kind::file: return "application/pdf";
    case part_kind::text:
    case part_kind::foreign: break;
  }
  return "text/plain";
}

/// Google reads both alphabets of base64 and may write either; others know the first only.
std::string plain_base64(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text;
}

part_kind kind_of(std::string_view media_type) {
  if (media_type.starts_with("image/"))
    return part_kind::image;
  return media_type.starts_with("audio/") ? part_kind::audio : part_kind::file;
}

content_part decode_media(const json_node& blob, bool in_place) {
  content_part media;
  media.media_type = field(blob, "mimeType").text_or({});
  media.what = kind_of(media.media_type);
  media.name = field(blob, "displayName").text_or({});
  if (in_place)
    media.data_base64 = plain_base64(field(blob, "data").text());
  else
    media.url = field(blob, "fileUri").text();
  return media;
}

tool_call decode_call(const json_node& call) {
  const std::string arguments = call["args"].object_text();
  return {call["id"].text_or({}), call["name"].text(), arguments.empty() ? "{}" : arguments};
}

/// Google's own convention: the member `output` alone, or `error`, says what the tool told;
/// otherwise the whole object does.
/// Source: https://ai.google.dev/api/caching#FunctionResponse (2026-10).
tool_result decode_result(const json_node& node) {
  tool_result result{node["id"].text_or({}), node["name"].text(), {}};
  const json_node response = node["response"];
  const std::vector<std::string> names = response.names();
  if (names.size() == 1 && (names[0] == "output" || names[0] == "error")) {
    const json_node told = response[names[0]];
    result.text = told.is_string() ? told.text() : told.any_text();
    result.is_error = names[0] == "error";
  } else {
    result.text = response.object_text();
  }
  for (const json_node& part : items(node["parts"])) {
    const json_node bytes = field(part, "inlineData");
    result.media.push_back(decode_media(bytes.present() ? bytes : field(part, "fileData"),
                                        bytes.present()));
  }
  return result;
}

std::string fenced(const std::string& code, const char* language) {
  return std::string{"```"} + language + '\n' + code + "\n```\n";
}

json parsed_or_text(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed ? std::move(parsed).value() : json(text);
}

} // namespace

decoded_part decode_part(const json_node& part) {
  decoded_part read;
  read.text = part["text"].text_or({});
  read.is_thought = part["thought"].boolean().value_or(false);
  read.signature = field(part, "thoughtSignature").text_or({});
  if (const json_node bytes = field(part, "inlineData"); bytes.present())
    read.media = decode_media(bytes, true);
  else if (const json_node place = field(part, "fileData"); place.present())
    read.media = decode_media(place, false);
  if (const json_node call = field(part, "functionCall"); call.present())
    read.call = decode_call(call);
  if (const json_node result = field(part, "functionResponse"); result.present())
    read.result = decode_result(result);
  if (const json_node code = field(part, "executableCode"); code.present())
    read.text += fenced(code["code"].text(), "python");
  if (const json_node ran = field(part, "codeExecutionResult"); ran.present())
    read.text += fenced(ran["output"].text_or({}), "");
  return read;
}

void check_part(const json_node& part) {
  refuse_unknown(part, {"text", "thought", "thoughtSignature", "inlineData", "fileData",
                        "functionCall", "functionResponse", "executableCode",
                        "codeExecutionResult", "videoMetadata", "mediaResolution"});
  refuse_unknown(field(part, "functionCall"), {"id", "name", "args"});
  refuse_unknown(field(part, "functionResponse"), {"id", "name", "response", "parts"});
  refuse_unknown(field(part, "inlineData"), {"mimeType", "data", "displayName"});
  refuse_unknown(field(part, "fileData"), {"mimeType", "fileUri", "displayName"});
}

json encode_text(const std::string& text) {
  return {{"text", text}};
}

json encode_media(const content_part& part) {
  if (part.what == part_kind::foreign)
    return nullptr;
  if (part.what == part_kind::file && !part.text.empty())
    return encode_text(part.name.empty() ? part.text : part.name + "\n\n" + part.text);
  if (!part.data_base64.empty()) {
    const std::string type = part.media_type.empty() ? usual_type(part.what) : part.media_type;
    return {{"inlineData", {{"mimeType", type}, {"data", part.data_base64}}}};
  }
  json place = {{"fileUri", part.url}};
  if (const std::string type = part.media_type.empty() ? type_of_url(part.url) : part.media_type;
      !type.empty())
    place["mimeType"] = type;
  return {{"fileData", std::move(place)}};
}

/// Arguments that are no object cannot be said; they stay readable under a name.
json encode_call(const tool_call& call) {
  json args = parsed_or_text(call.arguments_json);
  if (call.arguments_json.find_first_not_of(" \t\r\n") == std::string::npos)
    args = json::object();
  else if (!args.is_object())
    args = {{"arguments", std::move(args)}};
  json part = {{"functionCall", {{"name", call.name}, {"args", std::move(args)}}}};
  if (!call.signature.empty())
    part["thoughtSignature"] = call.signature;
  return part;
}

json encode_result(const chat_message& message, const std::string& name, bool with_media) {
  json told = parsed_or_text(plain_text(message));
  if (message.is_error)
    told = {{"error", std::move(told)}};
  else if (!told.is_object())
    told = {{"output", std::move(told)}};
  json result = {{"name", name}, {"response", std::move(told)}};
  for (const content_part& part : message.parts)
    if (with_media && part.what != part_kind::text)
      if (json media = encode_media(part); !media.is_null())
        result["parts"].push_back(std::move(media));
  return {{"functionResponse", std::move(result)}};
}

} // namespace spillway::wire::gemini
