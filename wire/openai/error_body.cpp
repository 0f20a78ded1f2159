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

error_body of_object(const json& problem) {
  error_body read{text_of(member(problem, "message")), text_of(member(problem, "type")),
                  text_of(member(problem, "code")), text_of(member(problem, "param"))};
  if (read.type.empty())
    read.type = text_of(member(problem, "status"));
  if (read.message.empty())
    read.message = text_of(member(problem, "detail"));
  read.message += google_details(problem);
  return read;
}

error_body of_document(const json& document) {
  const json& object = first_of(document);
  const json* problem = member(object, "error");
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
  return document && member(first_of(*document), "error");
}

std::string encode_error_body(const error_body& body) {
  return dump_json({{"error",
                     {{"message", body.message},
                      {"type", text_or_null(body.type)},
                      {"param", text_or_null(body.param)},
                      {"code", text_or_null(body.code)}}}});
}

} // namespace spillway::wire::openai
