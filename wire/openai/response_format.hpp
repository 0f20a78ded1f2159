#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/openai`: structured output.
namespace spillway::wire::openai {

/// The schema a reply must satisfy as a `response_format`. Unless the caller said, `strict` is set
/// only for schemas that the vendor's strict mode accepts; with any other it would refuse the whole
/// request. {"type":"object"} alone is the older `json_object`.
/// Source: https://platform.openai.com/docs/guides/structured-outputs (2026-10-27).
nlohmann::json encode_response_format(const chat_request& request);

/// The parts of the same that `text.format` of /responses has: {type, name, schema, strict}.
nlohmann::json encode_schema(const chat_request& request);

/// Reads a `response_format` into the request; free text leaves it as it is.
void decode_response_format(const json_node& format, chat_request& request);

/// Likewise a `text.format` of /responses.
void decode_text_format(const json_node& format, chat_request& request);

/// The schema as an instruction, for servers that know `json_object` only; empty if any object will
/// do.
std::string schema_instruction(const chat_request& request);

} // namespace spillway::wire::openai
