#pragma once

#include "core/chat.hpp"

#include <string_view>

/// What servers of this dialect call an answer's end.
/// Sources: https://platform.openai.com/docs/api-reference/chat/object,
/// https://docs.mistral.ai/api, https://api-docs.deepseek.com/api/create-chat-completion,
/// https://docs.z.ai/api-reference/llm/chat-completion,
/// https://openrouter.ai/docs/api-reference/overview, vllm/v1/engine/__init__.py (2026-10);
/// Google's façade passes its own words on, some with a word of OpenAI's and a colon before them.
namespace spillway::wire::openai {

/// A stop with tool calls is `tool_calls`; an unknown or missing reason is a stop.
finish_reason finish_of(std::string_view native, bool calls_tools);

/// The server gave up within its answer.
bool is_broken_off(std::string_view native);

/// The model wrote a call that the server could not read.
bool is_unusable(std::string_view native);

} // namespace spillway::wire::openai
