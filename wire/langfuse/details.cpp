#include "wire/langfuse/details.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/openai/message.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {
namespace {

using nlohmann::json;

token_count within(token_count part, token_count whole) {
  return std::clamp(part, token_count{}, whole);
}

void add_cost(json_writer& out, std::string_view name, nano_usd cost) {
  if (cost != nano_usd{})
    out.key(name).raw(to_decimal_usd(cost));
}

std::string cut(std::string text) {
  constexpr std::size_t bytes_max = bounds::trace_text_bytes_max;
  if (text.size() <= bytes_max)
    return text;
  const std::string note = "... (cut, was " + std::to_string(text.size()) + " bytes)";
  std::size_t end = bytes_max - note.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text + note;
}

void write_message(const chat_message& message, json_writer& out) {
  out.open('{').member("role", to_string(message.role)).member("content", plain_text(message));
  if (!message.tool_calls.empty())
    out.key("tool_calls").raw(dump_json(openai::encode_tool_calls(message.tool_calls)));
  if (!message.tool_call_id.empty())
    out.member("tool_call_id", message.tool_call_id);
  out.close('}');
}

} // namespace

std::string usage_details(const token_usage& usage) {
  const token_count input = std::max(usage.input, token_count{});
  const token_count output = std::max(usage.output, token_count{});
  const token_count cached = within(usage.cached_input, input);
  const token_count written = within(usage.cache_write, input - cached);
  const token_count reasoning = within(usage.reasoning, output);
  json_writer out;
  out.open('{').member("input", (input - cached - written).value());
  if (cached != token_count{})
    out.member("input_cached_tokens", cached.value());
  if (written != token_count{})
    out.member("input_cache_creation", written.value());
  out.member("output", (output - reasoning).value());
  if (reasoning != token_count{})
    out.member("output_reasoning_tokens", reasoning.value());
  return out.member("total", (input + output).value()).close('}').take();
}

std::string cost_details(const money::call_cost& cost) {
  json_writer out;
  out.open('{');
  add_cost(out, "input", cost.input);
  add_cost(out, "input_cached_tokens", cost.cached_input);
  add_cost(out, "input_cache_creation", cost.cache_write);
  add_cost(out, "output", cost.output);
  // Without it the server derives none, and dashboards show 0.
  return out.key("total").raw(to_decimal_usd(cost.total)).close('}').take();
}

std::string model_parameters(const chat_request& request) {
  json out = json::object();
  if (request.temperature)
    out["temperature"] = *request.temperature;
  if (request.top_p)
    out["top_p"] = *request.top_p;
  if (request.output_tokens_max)
    out["max_tokens"] = request.output_tokens_max->value();
  if (request.seed)
    out["seed"] = *request.seed;
  return out.empty() ? std::string{} : dump_json(out);
}

std::string input_text(const chat_request& request) {
  json_writer out;
  out.open('[');
  for (const chat_message& message : request.messages)
    write_message(message, out);
  return cut(out.close(']').take());
}

std::string input_text(const embedding_request& request) {
  json_writer out;
  out.open('[');
  for (const embedding_input& input : request.inputs)
    out.text(input.tokens.empty() ? input.text : std::to_string(input.tokens.size()) + " tokens");
  return cut(out.close(']').take());
}

std::string output_text(const chat_reply& reply) {
  if (reply.message.tool_calls.empty())
    return cut(reply.message.text.empty() ? reply.refusal : reply.message.text);
  json_writer out;
  write_message(reply.message, out);
  return cut(out.take());
}

} // namespace spillway::wire::langfuse
