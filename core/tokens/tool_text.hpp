#pragma once

#include "core/chat.hpp"

#include <span>
#include <string>

namespace spillway::tokens {

/// The tools of a request as OpenAI writes them into the prompt: a TypeScript namespace with a
/// function type each. A schema's `anyOf` becomes a union; what TypeScript cannot say, such as
/// `const`, is left out; text that is no JSON Schema object counts as one without properties.
/// Source: https://github.com/hmarr/openai-chat-tokens (MIT), whose counts were checked against the
/// API; 2026-11-24.
std::string typescript_of(std::span<const tool_definition> tools);

} // namespace spillway::tokens
