#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/request_options.hpp"

#include <optional>
#include <string>
#include <vector>

/// Internal to the sources of `wire/openai`: what a model thought. OpenAI's chat completions show
/// none; DeepSeek, vLLM and llama.cpp show it as `reasoning_content`, Ollama and Groq as
/// `reasoning`, OpenRouter as that and `reasoning_details`, where signatures are.
/// Sources: https://api-docs.deepseek.com/guides/thinking_mode,
/// https://openrouter.ai/docs/use-cases/reasoning-tokens (both 2026-10).
namespace spillway::wire::openai {

/// The thoughts in a message of a request or a reply, in any of the notations; also
/// `thinking_blocks`, as LiteLLM hands Anthropic's on.
std::vector<reasoning_block> decode_reasoning(const json_node& message);

/// One entry of `reasoning_details`.
reasoning_block decode_reasoning_detail(const json_node& detail);

/// More thoughts in a message or a chunk: their plain text.
std::string reasoning_text(const json_node& message);

/// Thoughts as clients of ours get them: `reasoning_content`, and `reasoning_details` if any of it
/// is signed or encrypted.
void encode_reasoning(const std::vector<reasoning_block>& blocks, nlohmann::json& message);

nlohmann::json encode_reasoning_detail(const reasoning_block& block, std::size_t index);

/// The effort asked for, or of models without budgets the level that one amounts to.
std::optional<reasoning_effort> effort_wanted(const chat_request& request);

/// Thoughts of an earlier turn, as the server wants them back.
void return_reasoning(const chat_message& turn, const request_options& options,
                      nlohmann::json& message);

} // namespace spillway::wire::openai
