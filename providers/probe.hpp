#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"
#include "wire/http_message.hpp"

#include <string>
#include <string_view>

namespace spillway::providers {

/// A request that costs nothing and shows whether a provider is there and takes the key: for its
/// list of models, or what else it tells those alone who have a key. Parameters and errors as of
/// `make_codec`.
/// Source: https://platform.openai.com/docs/api-reference/models/list,
/// https://platform.claude.com/docs/en/api/models-list, https://ai.google.dev/api/models,
/// https://openrouter.ai/docs/api-reference/limits (2026-10-27),
/// https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations/get (2026-11).
result<wire::http_request> make_probe(std::string_view dialect, std::string base_path,
                                      const secret& key);

} // namespace spillway::providers
