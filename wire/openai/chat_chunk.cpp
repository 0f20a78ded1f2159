#include "wire/openai/chat_chunk.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/finish.hpp"
#include "wire/openai/usage.hpp"

#include <chrono>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

const json* find(const json& object, const char* name) {
  if (!object.is_object())
    return nullptr;
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

/// Groq tells it in a place of its own.
const json* usage_in(const json& document) {
  if (const json* usage = find(document, "usage"))
    return usage;
  const json* groq = find(document, "x_groq");
  return groq ? find(*groq, "usage") : nullptr;
}

std::string error_in(const json& document) {
  if (find(document, "error"))
    return dump_json(document);
  if (const json* choices = find(document, "choices"); choices && choices->is_array())
    for (const json& choice : *choices)
      if (find(choice, "error"))
        return dump_json(choice);
  return {};
}

std::string reasoning_of(const json_node& delta) {
  const json_node named = delta["reasoning_content"];
  const json_node text = named.present() ? named : delta["reasoning"];
  return text.is_string() ? text.text() : std::string{};
}

json envelope(const chunk_head& head, json choices) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(head.created.time_since_epoch()).count();
  return {{"id", head.id},
          {"object", "chat.completion.chunk"},
          {"created", seconds},
          {"model", head.model},
          {"choices", std::move(choices)}};
}

std::string encode_choice(const chunk_head& head, int choice, json delta, json finish,
                          json logprobs = nullptr) {
  json entry = {{"index", choice},
                {"delta", std::move(delta)},
                {"logprobs", std::move(logprobs)},
                {"finish_reason", std::move(finish)}};
  return dump_json(envelope(head, json::array({std::move(entry)})));
}

json encode_call(const tool_call_delta& call) {
  json function = {{"arguments", call.arguments_json}};
  if (!call.name.empty())
    function["name"] = call.name;
  json out = {{"index", call.index}, {"function", std::move(function)}};
  if (!call.id.empty()) {
    out["id"] = call.id;
    out["type"] = "function";
  }
  if (!call.signature.empty())
    out["extra_content"]["google"]["thought_signature"] = call.signature;
  return out;
}

} // namespace

/// One fragment of a tool call, as the server named it.
struct chunk_reader::chunk {
  std::optional<std::int64_t> index;
  std::string id;
};

std::size_t chunk_reader::index_of(const chunk& c, choice_state& state) {
  std::int64_t key = c.index.value_or(state.last);
  const auto known = state.calls.find(key);
  const bool is_new = known == state.calls.end()
                      || (!c.id.empty() && !known->second.id.empty() && known->second.id != c.id);
  if (is_new && known != state.calls.end()) // the index is taken by another call
    key = state.calls.rbegin()->first + 1;
  if (is_new)
    state.calls[key] = {state.calls.size(), c.id};
  state.last = key;
  return state.calls[key].index;
}

void chunk_reader::take(std::string_view data, std::vector<chat_delta>& deltas) {
  if (ended())
    return;
  if (data == stream_end_data) {
    done_ = true;
    return;
  }
  auto document = parse_json(data);
  if (!document || !document->is_object()) {
    malformed_ = document ? "an event must be a JSON object" : document.failure().message;
    return;
  }
  if (error_json_ = error_in(*document); !error_json_.empty())
    return;
  json_fault fault;
  const json_node root{*document, fault};
  if (told_.model_reported.empty())
    told_.model_reported = root["model"].text_or({});
  if (told_.provider_request_id.empty())
    told_.provider_request_id = root["id"].text_or({});
  if (const json* usage = usage_in(*document))
    if (const token_usage read = decode_usage(*usage); !read.estimated)
      told_.usage = {read};
  if (root["service_tier"].is_string())
    told_.usage.tier = decode_service_tier(root["service_tier"].text());

  const json_node choices = root["choices"];
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const json_node choice = choices[i];
    const json_node delta = choice["delta"];
    chat_delta d;
    const std::int64_t number = choice["index"].integer().value_or(0);
    if (number < 0 || number >= bounds::choices_max)
      choice["index"].reject("must be from 0 to " + std::to_string(bounds::choices_max - 1));
    if (fault.found())
      break;
    d.choice = static_cast<int>(number);
    d.text = delta["content"].text_or({});
    d.refusal = delta["refusal"].text_or({});
    d.reasoning = reasoning_of(delta);
    d.logprobs_json = choice["logprobs"].object_text();
    const json_node calls = delta["tool_calls"];
    choice_state& state = states_[d.choice];
    for (std::size_t k = 0; k < calls.size() && !fault.found(); ++k) {
      const json_node call = calls[k];
      const json_node function = call["function"];
      const chunk named{call["index"].integer(), call["id"].text_or({})};
      const std::size_t begun = state.calls.size();
      tool_call_delta more;
      more.index = index_of(named, state);
      if (more.index >= bounds::tool_calls_max) {
        calls.reject("holds more calls than " + std::to_string(bounds::tool_calls_max));
        break;
      }
      more.arguments_json = function["arguments"].is_object() ? function["arguments"].object_text()
                                                              : function["arguments"].text_or({});
      more.signature = call["extra_content"]["google"]["thought_signature"].text_or({});
      if (state.calls.size() > begun) {
        more.id = named.id.empty() ? "call_" + told_.provider_request_id + '_'
                                         + std::to_string(more.index)
                                   : named.id;
        more.name = function["name"].text_or({});
      }
      d.tool_calls.push_back(std::move(more));
    }
    if (fault.found())
      break;
    if (d != chat_delta{.choice = d.choice}) {
      assembler_.add(d);
      deltas.push_back(std::move(d));
    }
    if (const std::string native = choice["finish_reason"].text_or({}); !native.empty())
      assembler_.end(static_cast<int>(number), finish_of(native, false), native);
  }
  if (fault.found())
    malformed_ = fault.take().message;
}

chat_reply chunk_reader::take_reply() {
  const bool has_usage = told_.usage.total() > token_count{};
  chat_reply reply = assembler_.take();
  reply.model_reported = std::move(told_.model_reported);
  reply.provider_request_id = std::move(told_.provider_request_id);
  reply.usage = told_.usage;
  reply.usage.estimated = !has_usage;
  return reply;
}

std::string encode_first_chunk(const chunk_head& head) {
  return encode_choice(head, 0, {{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}},
                       nullptr);
}

std::string encode_chunk(const chunk_head& head, const chat_delta& delta) {
  json out = json::object();
  if (!delta.text.empty())
    out["content"] = delta.text;
  if (!delta.reasoning.empty())
    out["reasoning_content"] = delta.reasoning;
  if (!delta.refusal.empty())
    out["refusal"] = delta.refusal;
  for (const tool_call_delta& call : delta.tool_calls)
    out["tool_calls"].push_back(encode_call(call));
  json logprobs;
  if (auto read = parse_json(delta.logprobs_json))
    logprobs = std::move(read).value();
  return encode_choice(head, delta.choice, std::move(out), nullptr, std::move(logprobs));
}

std::string encode_last_chunk(const chunk_head& head, int choice, finish_reason finish) {
  return encode_choice(head, choice, json::object(), to_string(finish));
}

std::string encode_usage_chunk(const chunk_head& head, const token_usage& usage) {
  json out = envelope(head, json::array());
  out["usage"] = encode_usage(usage);
  return dump_json(out);
}

} // namespace spillway::wire::openai
