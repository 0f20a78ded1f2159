#include "simulator/token_size.hpp"

#include "core/tokens/bpe.hpp"

namespace spillway::simulator {
namespace {

constexpr std::int64_t framing = 3;

token_count tokens_of_bytes(std::size_t bytes) {
  return token_count{(static_cast<std::int64_t>(bytes) + bytes_per_token - 1) / bytes_per_token};
}

std::size_t bytes_of(const std::vector<tool_call>& calls) {
  std::size_t bytes = 0;
  for (const tool_call& call : calls)
    bytes += call.name.size() + call.arguments_json.size();
  return bytes;
}

} // namespace

token_count input_tokens(const chat_request& request) {
  std::size_t bytes = request.response_schema_json.size();
  for (const chat_message& m : request.messages) {
    bytes += m.text.size() + m.name.size() + m.tool_call_id.size() + bytes_of(m.tool_calls);
    for (const content_part& part : m.parts)
      bytes += part.text.size();
  }
  for (const tool_definition& t : request.tools)
    bytes += t.name.size() + t.description.size() + t.parameters_json.size();
  return tokens_of_bytes(bytes) + token_count{framing};
}

token_count billed_tokens(const std::string& text) {
  return token_count{tokens::count(tokens::encoding::o200k_base, text)};
}

token_count billed_tokens(const chat_request& request) {
  token_count total{framing};
  const auto add = [&](const std::string& text) { total += billed_tokens(text); };
  add(request.response_schema_json);
  for (const chat_message& m : request.messages) {
    add(m.text);
    add(m.name);
    for (const content_part& part : m.parts)
      add(part.text);
    for (const tool_call& call : m.tool_calls) {
      add(call.name);
      add(call.arguments_json);
    }
  }
  for (const tool_definition& t : request.tools) {
    add(t.name);
    add(t.description);
    add(t.parameters_json);
  }
  return total;
}

token_count output_tokens(const chat_message& reply) {
  return tokens_of_bytes(reply.text.size() + bytes_of(reply.tool_calls));
}

std::string_view cut_to_tokens(std::string_view text, token_count tokens) {
  if (tokens_of_bytes(text.size()) <= tokens)
    return text;
  std::size_t end = static_cast<std::size_t>(tokens.value() * bytes_per_token);
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

} // namespace spillway::simulator
