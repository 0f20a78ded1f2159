#pragma once

#include "core/catalog_update.hpp"
#include "core/result.hpp"

#include <string_view>
#include <vector>

/// models.dev's `api.json`: one object, a member a provider, each with `models`; prices in US dollars
/// per million tokens. Source: https://models.dev (MIT, 2026-07-02).
namespace spillway::wire::catalog {

/// Whether `text` looks like this format.
bool is_models_dev(std::string_view text);

/// The models of the providers that we name too.
/// Errors: no JSON, or no object of providers with models; the message names the path.
result<std::vector<catalog_update::listed_model>> decode_models_dev(std::string_view text);

} // namespace spillway::wire::catalog
