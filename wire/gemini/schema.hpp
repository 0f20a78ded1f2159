#pragma once

#include "wire/json_reader.hpp"

#include <string>

/// Internal to the sources of `wire/gemini`: JSON Schema in the two notations Gemini reads.
/// Source: https://ai.google.dev/api/caching#Schema,
/// https://ai.google.dev/gemini-api/docs/structured-output,
/// google/ai/generativelanguage/v1beta/generative_service.proto (2026-10).
namespace spillway::wire::gemini {

enum class schema_notation {
  open_api,    ///< `parameters`, `responseSchema`: a subset of OpenAPI 3.0, which every model reads
  json_schema, ///< `parametersJsonSchema`, `responseJsonSchema`: from Gemini 2.5 on
};

/// `schema` with only what the notation knows. What can be said otherwise is: references are put in
/// place (a cycle ends in an object of any shape), `allOf` is merged, `oneOf` becomes `anyOf`,
/// `const` an `enum`, exclusive bounds inclusive ones, a `null` type `nullable`. What cannot be
/// said is left out: the model may then answer more than the caller's schema allows, but the call
/// is not refused.
nlohmann::json encode_schema(const nlohmann::json& schema, schema_notation notation);

/// True if it admits one value alone, the empty object: a tool that takes no arguments. Gemini
/// refuses an object without properties.
bool is_empty_object(const nlohmann::json& encoded);

/// The JSON Schema that says what an OpenAPI one of Gemini's does, as compact text. Empty if `node`
/// is not there; a fault if it is no object.
std::string decode_schema(const json_node& node);

} // namespace spillway::wire::gemini
