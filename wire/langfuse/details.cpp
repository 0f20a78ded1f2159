#include "wire/langfuse/details.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/message.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {
namespace {

using nlohmann::json;

token_count within(token_count part, token_count whole) {
  return std::clamp(part, token_count{}, whole);
}

/// Appends `"name":value` to an object in the making.
void append(std::string& object, std::string_view name, const std::string& value) {
  object += object.empty() ? "{\"" : ",\"";
  object.append(name).append("\":").append(value);
}

void append_cost(std::string& object, std::string_view name, nano_usd cost) {
  if (cost != nano_usd{})
    append(object, name, to_decimal_usd(cost));
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

json message_json(const chat_message& message) {
  json out = {{"role", to_string(message.role)}, {"content", plain_text(message)}};
  if (!message.tool_calls.empty())
    out["tool_calls"] = openai::encode_tool_calls(message.tool_calls);
  if (!message.tool_call_id.empty())
    out["tool_call_id"] = message.tool_call_id;
  return out;
}

} // namespace

std::string usage_details(const token_usage& usage) {
  const token_count input = std::max(usage.input, token_count{});
  const token_count output = std::max(usage.output, token_count{});
  const token_count cached = within(usage.cached_input, input);
  const token_count written = within(usage.cache_write, input - cached);
  const token_count reasoning = within(usage.reasoning, output);
  std::string object;
  append(object, "input", std::to_string((input - cached - written).value()));
  if (cached != token_count{})
    append(object, "input_cached_tokens", std::to_string(cached.value()));
  if (written != token_count{})
    append(object, "input_cache_creation", std::to_string(written.value()));
  append(object, "output", std::to_string((output - reasoning).value()));
  if (reasoning != token_count{})
    append(object, "output_reasoning_tokens", std::to_string(reasoning.value()));
  append(object, "total", std::to_string((input + output).value()));
  return object + '}';
}

std::string cost_details(const money::call_cost& cost) {
  std::string object;
  append_cost(object, "input", cost.input);
  append_cost(object, "input_cached_tokens", cost.cached_input);
  append_cost(object, "input_cache_creation", cost.cache_write);
  append_cost(object, "output", cost.output);
  // Without it the server derives none, and dashboards show 0.
  append(object, "total", to_decimal_usd(cost.total));
  return object + '}';
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
  json messages = json::array();
  for (const chat_message& message : request.messages)
    messages.push_back(message_json(message));
  return cut(dump_json(messages));
}

std::string input_text(const embedding_request& request) {
  json texts = json::array();
  for (const embedding_input& input : request.inputs)
    texts.push_back(input.tokens.empty() ? json(input.text)
                                         : json(std::to_string(input.tokens.size()) + " tokens"));
  return cut(dump_json(texts));
}

std::string output_text(const chat_reply& reply) {
  if (!reply.message.tool_calls.empty())
    return cut(dump_json(message_json(reply.message)));
  return cut(reply.message.text.empty() ? reply.refusal : reply.message.text);
}

} // namespace spillway::wire::langfuse
