#pragma once

#include "config/document.hpp"
#include "config/schema.hpp"
#include "core/catalog.hpp"

#include <string_view>

namespace spillway::config {

/// The catalog's entry for a model of a checked document, with the limits of its provider's tier.
model_entry build_model(const member& model, const provider_settings& provider);

/// Whether `tier` has the model at all: it does if the model lists the tier, lists none, or has
/// limits of its own.
bool is_offered(const node& model, std::string_view tier);

} // namespace spillway::config
