#include "wire/openai/chat_request.hpp"

#include "core/bounds.hpp"
#include "wire/foreign_fields.hpp"
#include "wire/json_reader.hpp"
#include "wire/metadata.hpp"
#include "wire/openai/message.hpp"
#include "wire/openai/reasoning.hpp"
#include "wire/openai/response_format.hpp"
#include "wire/openai/sampling.hpp"
#include "wire/openai/tools.hpp"
#include "wire/openai/usage.hpp"

#include <string_view>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

constexpr int top_logprobs_max = 20;

template <class T>
void put(json& out, const char* name, const std::optional<T>& value) {
  if (value)
    out[name] = *value;
}

void encode_sampling(const chat_request& request, const request_options& options, json& out) {
  put(out, options.seed_field, request.seed);
  if (!request.stop.empty())
    out["stop"] = request.stop;
  if (request.choices != 1)
    out["n"] = request.choices;
  // Told not to think, these models take them after all.
  if (!options.sampling && request.effort != reasoning_effort::none)
    return;
  put(out, "temperature", request.temperature);
  put(out, "top_p", request.top_p);
  if (options.top_k)
    put(out, "top_k", request.top_k);
  put(out, "presence_penalty", request.presence_penalty);
  put(out, "frequency_penalty", request.frequency_penalty);
  if (!options.logprobs)
    return;
  put(out, "logprobs", request.logprobs);
  put(out, "top_logprobs", request.top_logprobs);
}

void encode_effort(const chat_request& request, const request_options& options, json& out) {
  const auto effort = options.sampling ? request.effort : effort_wanted(request);
  if (options.effort == effort_notation::field && effort)
    out["reasoning_effort"] = spillway::to_string(*effort);
  if (options.effort != effort_notation::object)
    return;
  if (request.reasoning_tokens_max)
    out["reasoning"]["max_tokens"] = request.reasoning_tokens_max->value();
  else if (request.effort)
    out["reasoning"]["effort"] = spillway::to_string(*request.effort);
}

void encode_schema_wanted(const chat_request& request, const request_options& options, json& out) {
  if (request.response_schema_json.empty())
    return;
  if (options.schema == schema_notation::json_schema)
    out["response_format"] = encode_response_format(request);
  else
    out["response_format"] = {{"type", "json_object"}};
}

/// Bytes that the turns will take, roughly.
std::size_t size_of(const std::vector<chat_message>& messages) {
  std::size_t bytes = 0;
  for (const chat_message& message : messages)
    bytes += message.text.size() + message.text.size() / 16 + 64;
  return bytes;
}

/// The list of turns, before them what stands in for a schema.
std::string encode_turns(const chat_request& request, const request_options& options) {
  json_writer out{size_of(request.messages)};
  out.open('[');
  if (options.schema == schema_notation::json_object && !request.response_schema_json.empty())
    if (const std::string text = schema_instruction(request); !text.empty())
      out.open('{').member("role", "system").member("content", text).close('}');
  write_messages(request.messages, options, out);
  return out.close(']').take();
}

std::optional<token_count> decode_count(const json_node& node) {
  const auto count = node.integer();
  if (!count)
    return std::nullopt;
  if (*count < 1 || *count > bounds::token_count_max) {
    node.reject("must be a positive number of tokens");
    return std::nullopt;
  }
  return token_count{*count};
}

std::vector<std::string> decode_stop(const json_node& node) {
  if (node.is_string())
    return {node.text()};
  std::vector<std::string> stop;
  for (std::size_t i = 0; i < node.size(); ++i)
    stop.push_back(node[i].text());
  return stop;
}

/// `reasoning: {effort, max_tokens, enabled}` is OpenRouter's way to say it.
/// Source: https://openrouter.ai/docs/use-cases/reasoning-tokens (2026-10).
void decode_effort(const json_node& root, chat_request& request) {
  const json_node field = root["reasoning_effort"];
  const json_node object = root["reasoning"];
  const json_node effort = field.present() ? field : object["effort"];
  if (effort.present()) {
    request.effort = parse_reasoning_effort(effort.text());
    if (!request.effort)
      effort.reject("must be none, minimal, low, medium, high, xhigh or max");
  }
  request.reasoning_tokens_max = decode_count(object["max_tokens"]);
  const auto enabled = object["enabled"].boolean();
  if (enabled && !request.effort && !request.reasoning_tokens_max)
    request.effort = *enabled ? reasoning_effort::medium : reasoning_effort::none;
  request.show_reasoning = object.present() && !object["exclude"].boolean().value_or(false);
}

int decode_choices(const json_node& node) {
  const std::int64_t n = node.integer().value_or(1);
  if (n >= 1 && n <= bounds::choices_max)
    return static_cast<int>(n);
  node.reject("must be from 1 to " + std::to_string(bounds::choices_max));
  return 1;
}

std::optional<int> decode_top_logprobs(const json_node& node) {
  const auto count = node.integer();
  if (!count)
    return std::nullopt;
  if (*count < 0 || *count > top_logprobs_max)
    node.reject("must be from 0 to " + std::to_string(top_logprobs_max));
  return static_cast<int>(*count);
}

void decode_sampling(const json_node& root, chat_request& request) {
  request.temperature = decode_number(root["temperature"], temperatures);
  request.top_p = decode_number(root["top_p"], shares);
  request.top_k = root["top_k"].integer();
  request.seed = root["seed"].integer();
  request.stop = decode_stop(root["stop"]);
  request.presence_penalty = decode_number(root["presence_penalty"], penalties);
  request.frequency_penalty = decode_number(root["frequency_penalty"], penalties);
  request.choices = decode_choices(root["n"]);
  request.logprobs = root["logprobs"].boolean();
  request.top_logprobs = decode_top_logprobs(root["top_logprobs"]);
}

chat_request decode_request(const json_node& root) {
  chat_request request;
  const json_node messages = root["messages"];
  for (std::size_t i = 0; i < messages.size(); ++i)
    request.messages.push_back(decode_message(messages[i], i));
  if (request.messages.empty())
    messages.reject("must hold at least one message");
  const json_node tools = root["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i)
    request.tools.push_back(decode_tool(tools[i]));
  request.choice = decode_tool_choice(root["tool_choice"]);
  request.parallel_tool_calls = root["parallel_tool_calls"].boolean();
  const json_node modern = root["max_completion_tokens"];
  const json_node older = root["max_tokens"];
  request.output_tokens_max = decode_count(modern.present() ? modern : older);
  decode_sampling(root, request);
  decode_effort(root, request);
  decode_response_format(root["response_format"], request);
  request.tier = decode_service_tier(root["service_tier"].text_or({}));
  request.user = root["user"].text_or({});
  for (const char* before_tools : {"functions", "function_call"})
    if (root[before_tools].present())
      root[before_tools].reject("is not supported: use tools");
  if (root["audio"].present())
    root["audio"].reject("is not supported: answers are text");
  return request;
}

foreign_fields decode_foreign(const json_node& root) {
  json members = root.take_unread();
  if (root["store"].present())
    members["store"] = root["store"].value();
  if (members.empty())
    return {};
  return {std::string{chat_dialect}, dump_json(members)};
}

} // namespace

std::string encode_chat_request(const chat_request& request, std::string_view model,
                                token_count output_max, const request_options& options) {
  json out = {{"model", model}, {"messages", nullptr}}; // a foreign field takes neither's place
  encode_tools(request, options, out);
  encode_sampling(request, options, out);
  encode_effort(request, options, out);
  encode_schema_wanted(request, options, out);
  if (output_max > token_count{})
    out[options.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] =
        output_max.value();
  if (request.tier == service_tier::flex || request.tier == service_tier::priority)
    out["service_tier"] = spillway::to_string(request.tier);
  if (options.user && !request.user.empty())
    out["user"] = request.user;
  if (options.stream)
    out["stream"] = true;
  if (options.stream && options.usage_option)
    out["stream_options"] = {{"include_usage", true}};
  add_foreign(request.foreign, {}, {chat_dialect, options.foreign}, out);
  // The turns are most of it, so they are spared the document.
  out.erase("messages");
  std::string body = R"({"messages":)" + encode_turns(request, options) + ',';
  return body.append(dump_json(out), 1);
}

result<decoded_chat_request> decode_chat_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  fault.keep_track();
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  decoded_chat_request decoded;
  decoded.model = root["model"].text();
  decoded.request = decode_request(root);
  decoded.stream = root["stream"].boolean().value_or(false);
  decoded.include_usage = root["stream_options"]["include_usage"].boolean().value_or(false);
  decoded.user = decoded.request.user;
  decoded.metadata = metadata_entries(*document);
  if (!root["store"].boolean().value_or(false))
    root["metadata"].pass_over(); // the vendor refuses it with what is not stored
  if (fault.found())
    return fault.take();
  const std::vector<std::string> unread = fault.unread(*document);
  if (lie_within(unread))
    decoded.request = decode_request(root);
  decoded.request.foreign = decode_foreign(root);
  if (!unread.empty())
    decoded.unread = fault.unread(*document);
  return decoded;
}

} // namespace spillway::wire::openai
