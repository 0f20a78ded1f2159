#pragma once

#include "core/chat.hpp"
#include "wire/gemini/model_traits.hpp"
#include "wire/json_reader.hpp"

/// Internal to the sources of `wire/gemini`: `generationConfig`.
/// Source: https://ai.google.dev/api/generate-content#v1beta.GenerationConfig (2026-10).
namespace spillway::wire::gemini {

/// `shaped`: with the response schema. An empty object if nothing is asked for.
nlohmann::json encode_generation_config(const chat_request& request, token_count output_max,
                                        const model_traits& model, bool shaped);

/// Fills what `config` says into `request`; returns the members that `chat_request` cannot say,
/// as an object.
nlohmann::json decode_generation_config(const json_node& config, chat_request& request);

} // namespace spillway::wire::gemini
