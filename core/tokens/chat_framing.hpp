#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::tokens {

/// How a family of models writes the tools of a request into its prompt.
enum class tool_style {
  typescript, ///< as OpenAI: `typescript_of`
  json,       ///< name, description and schema as they are
};

/// Tokens that a vendor puts around a request's texts.
struct chat_framing {
  std::int64_t per_request = 3; ///< the reply's beginning
  std::int64_t per_message = 3; ///< its role is counted as text besides
  std::int64_t per_name = 1;
  std::int64_t per_tool_call = 3; ///< its name and arguments are counted as text besides
  std::int64_t named_tool_result = -2;
  std::int64_t tools = 9;                ///< once, if there are any
  std::int64_t per_tool = 0;             ///< each
  std::int64_t tools_beside_system = -4; ///< if there is a system message too
  std::int64_t chosen_tool = 4;          ///< if a tool is forced; its name is counted besides
  std::int64_t no_tool = 1;              ///< if tools are forbidden
  tool_style style = tool_style::typescript;
  bool verified = false; ///< against the vendor's API
};

/// The framing of a model by the name its API takes.
///
/// Source: https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken and
/// https://github.com/hmarr/openai-chat-tokens for OpenAI's chat models; what differs in its
/// reasoning models, and the others, as ai-tokenizer 1.0.6 has fitted it to the vendors' answers
/// (all read 2026-11-25).
const chat_framing& framing_of(std::string_view upstream_name) noexcept;

} // namespace spillway::tokens
