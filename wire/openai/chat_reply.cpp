#include "wire/openai/chat_reply.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/openai/finish.hpp"
#include "wire/openai/logprobs.hpp"
#include "wire/openai/message.hpp"
#include "wire/openai/reasoning.hpp"
#include "wire/openai/usage.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// Fields of a message that few have.
void write_odds(const chat_message& message, json_writer& out) {
  json odds = json::object();
  if (!message.tool_calls.empty())
    odds["tool_calls"] = encode_tool_calls(message.tool_calls, true);
  encode_reasoning(message.reasoning, odds);
  for (const auto& [name, value] : odds.items())
    out.key(name).raw(dump_json(value));
}

void write_message(const chat_message& message, const std::string& refusal, json_writer& out) {
  const auto write = [&](const char* name, const std::string& text, bool is_null) {
    out.key(name);
    if (is_null)
      out.null();
    else
      out.text(text);
  };
  const std::string text = plain_text(message);
  out.open('{').member("role", "assistant");
  write("content", text, text.empty() && (!message.tool_calls.empty() || !refusal.empty()));
  write("refusal", refusal, refusal.empty());
  write_odds(message, out);
  out.close('}');
}

/// `Choice`: a choice, or the reply that holds the first one.
template <class Choice>
void write_choice(std::size_t index, const Choice& choice, json_writer& out) {
  out.open('{').member("index", index).key("message");
  write_message(choice.message, choice.refusal, out);
  out.key("logprobs").raw(dump_json(encode_logprobs(choice.logprobs_json)));
  out.member("finish_reason", to_string(choice.finish)).close('}');
}

/// An answer in several texts is one text.
void join_texts(chat_message& message) {
  for (const content_part& part : std::exchange(message.parts, {}))
    message.text += part.text;
}

/// A choice and where the server puts it.
struct numbered_choice {
  std::int64_t index;
  chat_choice choice;
};

numbered_choice decode_choice(const json_node& node, const std::string& reply_id) {
  chat_choice choice;
  if (!node.is_object())
    node.reject("must be an object");
  if (node["error"].present())
    node["error"].reject("was sent instead of an answer");
  const json_node message = node["message"];
  choice.message.role = chat_role::assistant;
  const std::string synthetic_id = "call_" + reply_id;
  decode_assistant(message, synthetic_id, other_parts::skipped, choice.message);
  join_texts(choice.message);
  choice.message.text += message["audio"]["transcript"].text_or({});
  if (const json_node older = message["function_call"]; older.present())
    choice.message.tool_calls.push_back(
        {synthetic_id, older["name"].text(), decode_arguments(older)});
  choice.refusal = std::exchange(choice.message.refusal, {});
  choice.finish_native = node["finish_reason"].text_or({});
  choice.finish = finish_of(choice.finish_native, !choice.message.tool_calls.empty());
  choice.logprobs_json = node["logprobs"].is_object() ? node["logprobs"].object_text() : "";
  // Azure leaves out the message of a choice that it filtered.
  if (!message.is_object() && choice.finish != finish_reason::content_filter)
    message.reject("must be an object");
  return {node["index"].integer().value_or(0), std::move(choice)};
}

std::vector<numbered_choice> decode_choices(const json_node& choices, const std::string& reply_id) {
  std::vector<numbered_choice> list;
  if (choices.size() == 0)
    choices.reject("must hold at least one answer");
  if (choices.size() > static_cast<std::size_t>(bounds::choices_max))
    choices.reject("must hold at most " + std::to_string(bounds::choices_max) + " answers");
  else
    for (std::size_t i = 0; i < choices.size(); ++i)
      list.push_back(decode_choice(choices[i], reply_id + (i ? '_' + std::to_string(i) : "")));
  std::ranges::stable_sort(list, {}, &numbered_choice::index);
  return list;
}

void take_choices(std::vector<numbered_choice> list, chat_reply& reply) {
  if (list.empty())
    return;
  chat_choice& first = list.front().choice;
  reply.message = std::move(first.message);
  reply.refusal = std::move(first.refusal);
  reply.finish = first.finish;
  reply.finish_native = std::move(first.finish_native);
  reply.logprobs_json = std::move(first.logprobs_json);
  for (auto other = list.begin() + 1; other != list.end(); ++other)
    reply.alternatives.push_back(std::move(other->choice));
}

token_usage usage_of(const json& document) {
  const auto usage = document.find("usage");
  return decode_usage(usage == document.end() ? json() : *usage);
}

} // namespace

std::string encode_chat_reply(const chat_reply& reply, std::string_view id, wall_time created) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(created.time_since_epoch()).count();
  json_writer out{reply.message.text.size() + 512};
  out.open('{').member("id", id).member("object", "chat.completion").member("created", seconds);
  out.member("model", reply.model_reported).key("choices").open('[');
  write_choice(0, reply, out);
  for (std::size_t i = 0; i < reply.alternatives.size(); ++i)
    write_choice(i + 1, reply.alternatives[i], out);
  out.close(']').key("usage").raw(dump_json(encode_usage(reply.usage)));
  if (reply.usage.tier != service_tier::standard)
    out.member("service_tier", to_string(reply.usage.tier));
  return out.close('}').take();
}

result<chat_reply> decode_chat_reply(std::string_view body) {
  auto document = parse_reply_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the reply body must be a JSON object"};
  if (root["error"].present())
    return error{"the reply body holds an error"};
  chat_reply reply;
  reply.provider_request_id = root["id"].text_or({});
  reply.model_reported = root["model"].text_or({});
  take_choices(decode_choices(root["choices"], reply.provider_request_id), reply);
  reply.usage = usage_of(*document);
  if (root["service_tier"].is_string())
    reply.usage.tier = decode_service_tier(root["service_tier"].text());
  if (fault.found())
    return fault.take();
  return reply;
}

} // namespace spillway::wire::openai
