#include "wire/openai/error_body.hpp"

#include "wire/json_reader.hpp"

#include <cctype>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  if (!object.is_object())
    return nullptr;
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::string text_of(const json* value) {
  if (!value)
    return {};
  return value->is_string() ? value->get<std::string>() : dump_json(*value);
}

const json& first_of(const json& document) {
  return document.is_array() && !document.empty() ? document.front() : document;
}

/// What `details` of Google say in words: the kind of quota and when to come back.
std::string google_details(const json& problem) {
  const json* details = member(problem, "details");
  return details && details->is_array() ? " " + dump_json(*details) : std::string{};
}

/// What another server said to the one that tells of it, as OpenRouter quotes it.
std::string quoted(const json& problem) {
  const json* metadata = member(problem, "metadata");
  const json* raw = metadata ? member(*metadata, "raw") : nullptr;
  if (!raw)
    return {};
  const std::string text = decode_error_body(text_of(raw)).message;
  return text.empty() ? text : ": " + text;
}

error_body of_object(const json& problem) {
  error_body read{text_of(member(problem, "message")), text_of(member(problem, "type")),
                  text_of(member(problem, "code")), text_of(member(problem, "param"))};
  if (read.type.empty())
    read.type = text_of(member(problem, "status"));
  for (const char* other : {"detail", "Message"})
    if (read.message.empty())
      read.message = text_of(member(problem, other));
  read.message += quoted(problem);
  read.message += google_details(problem);
  return read;
}

/// The error of an object: its own, the first of several, or that of an answer within it.
const json* problem_in(const json& object) {
  if (const json* problem = member(object, "error"))
    return problem;
  if (const json* list = member(object, "errors"); list && list->is_array() && !list->empty())
    return &list->front();
  if (const json* choices = member(object, "choices"); choices && choices->is_array())
    for (const json& choice : *choices)
      if (const json* problem = member(choice, "error"))
        return problem;
  return nullptr;
}

bool is_flat_error(const json& object) {
  const json* what = member(object, "object");
  return what && *what == "error";
}

error_body of_document(const json& document) {
  const json& object = first_of(document);
  const json* problem = problem_in(object);
  if (problem && problem->is_string()) {
    error_body read = of_object(object);
    read.message = problem->get<std::string>();
    return read;
  }
  if (problem && problem->is_object())
    return of_object(*problem);
  if (object.is_object())
    return of_object(object);
  return {text_of(&object), {}, {}, {}};
}

/// Text between tags, with every run of white space as one blank.
std::string without_markup(std::string_view text) {
  std::string plain;
  bool in_tag = false;
  for (const char c : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0 || c == '<';
    if (blank && !plain.empty() && plain.back() != ' ')
      plain += ' ';
    if (c == '<')
      in_tag = true;
    else if (c == '>' && in_tag)
      in_tag = false;
    else if (!in_tag && !blank)
      plain += c;
  }
  if (!plain.empty() && plain.back() == ' ')
    plain.pop_back();
  return plain;
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

} // namespace

error_body decode_error_body(std::string_view body) {
  const auto document = parse_json(body);
  return document ? of_document(*document) : error_body{without_markup(body), {}, {}, {}};
}

bool carries_error(std::string_view body) {
  const auto document = parse_json(body);
  return document
         && (problem_in(first_of(*document)) || is_flat_error(first_of(*document)));
}

std::string encode_error_body(const error_body& body) {
  return dump_json({{"error",
                     {{"message", body.message},
                      {"type", text_or_null(body.type)},
                      {"param", text_or_null(body.param)},
                      {"code", text_or_null(body.code)}}}});
}

} // namespace spillway::wire::openai
