#pragma once

#include "core/catalog_update.hpp"
#include "core/result.hpp"

#include <string_view>
#include <vector>

/// LiteLLM's `model_prices_and_context_window.json`: one object, a member a model, prices in US
/// dollars a token, `_above_200k_tokens`, `_batches`, `_flex` and `_priority` as endings of the keys.
/// Source: https://github.com/BerriAI/litellm (MIT outside enterprise/, mid-2026).
namespace spillway::wire::catalog {

/// Whether `text` looks like this format and not like models.dev's.
bool is_litellm(std::string_view text);

/// The models of the providers that we name too, under the provider's own names: "groq/llama3" of
/// the file is "llama3" of groq. `rpm` and `tpm` are left out: the file does not say of which tier.
/// Errors: no JSON, or no object of objects; the message names the path.
result<std::vector<catalog_update::listed_model>> decode_litellm(std::string_view text);

} // namespace spillway::wire::catalog
