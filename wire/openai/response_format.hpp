#pragma once

#include "wire/json_reader.hpp"

#include <string>

/// Internal to the sources of `wire/openai`: structured output.
namespace spillway::wire::openai {

/// `schema_json` as a `response_format`. `strict` is set only for schemas that the vendor's strict
/// mode accepts; with any other it would refuse the whole request. {"type":"object"} alone is the
/// older `json_object`.
/// Source: https://platform.openai.com/docs/guides/structured-outputs (2026-10-27).
nlohmann::json encode_response_format(const std::string& schema_json);

/// The schema; empty for free text.
std::string decode_response_format(const json_node& format);

} // namespace spillway::wire::openai
