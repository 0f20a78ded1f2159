#pragma once

#include "config/starter.hpp"
#include "core/catalog.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace spillway::config {

/// `text` between quotes, as TOML has it. Requires: it has no control characters.
std::string toml_text(std::string_view text);

/// The first models of OpenRouter, which sells those of others at their own prices.
/// Source: https://openrouter.ai/docs/faq (2026-11).
std::string openrouter_models(const catalog& known);

/// The base URL of the Azure resource at `endpoint` ("https://NAME.openai.azure.com/").
/// Errors: it is empty, or no URL.
result<std::string> azure_url(std::string_view endpoint);

/// The provider and a first deployment; all in comments if `url` is empty.
/// Source: https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (2026-10).
std::string azure_section(const catalog& known, const std::string& url);

/// A server that was found, with its models but those whose names TOML or people would trip over.
std::string section_of(const found_server& server);

} // namespace spillway::config
