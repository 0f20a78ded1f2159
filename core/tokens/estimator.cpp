#include "core/tokens/estimator.hpp"

namespace spillway::tokens {
namespace {

// Vendors document 3-4 tokens a message and up to 12 a tool; 8 and 16 leave room for their drift.
constexpr std::int64_t framing_per_message = 8;
constexpr std::int64_t framing_per_tool = 16;
constexpr std::int64_t framing_per_request = 16;
constexpr std::int64_t bytes_per_token = 4;

struct prompt_size {
  std::int64_t bytes = 0;
  std::int64_t framing = framing_per_request;
};

std::int64_t bytes_of(const std::string& text) noexcept {
  return static_cast<std::int64_t>(text.size());
}

// The dearest image of a published tile table: 1105 tokens for OpenAI's largest in high detail; 32
// tokens a second of audio and 258 a page of a file are below a token per 4 bytes of their base64.
// Source: https://platform.openai.com/docs/guides/images-vision (2026-10).
constexpr std::int64_t tokens_per_image = 1'105;

void add(prompt_size& size, const content_part& part) {
  size.bytes += bytes_of(part.text) + bytes_of(part.foreign.json);
  if (part.what == content_part::kind::image)
    size.framing += tokens_per_image;
  else if (part.what != content_part::kind::text)
    size.framing += bytes_of(part.data_base64) / bytes_per_token;
}

void add(prompt_size& size, const chat_message& message) {
  size.framing += framing_per_message;
  for (const content_part& part : message.parts)
    add(size, part);
  for (const reasoning_block& block : message.reasoning)
    size.bytes += bytes_of(block.text) + bytes_of(block.redacted_data);
  size.bytes += bytes_of(message.text) + bytes_of(message.name) + bytes_of(message.tool_call_id)
                + bytes_of(message.foreign.json);
  for (const tool_call& call : message.tool_calls) {
    size.framing += framing_per_message;
    size.bytes += bytes_of(call.id) + bytes_of(call.name) + bytes_of(call.arguments_json);
  }
}

prompt_size measure(const chat_request& request) {
  prompt_size size;
  for (const chat_message& message : request.messages)
    add(size, message);
  for (const tool_definition& tool : request.tools) {
    size.framing += framing_per_tool;
    size.bytes += bytes_of(tool.name) + bytes_of(tool.description) + bytes_of(tool.parameters_json)
                  + bytes_of(tool.foreign.json);
  }
  size.bytes += bytes_of(request.response_schema_json);
  return size;
}

} // namespace

token_estimate estimate_input(const chat_request& request) {
  const prompt_size size = measure(request);
  const std::int64_t likely = (size.bytes + bytes_per_token - 1) / bytes_per_token + size.framing;
  return {token_count{likely}, token_count{size.bytes + size.framing}};
}

token_count estimate_inputs(const embedding_request& request) {
  std::int64_t sum = 0;
  for (const embedding_input& input : request.inputs)
    sum += input.tokens.empty() ? (bytes_of(input.text) + bytes_per_token - 1) / bytes_per_token
                                : static_cast<std::int64_t>(input.tokens.size());
  return token_count{sum};
}

} // namespace spillway::tokens
