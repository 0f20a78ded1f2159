#include "wire/openai/chat_chunk.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/openai/content.hpp"
#include "wire/openai/error_event.hpp"
#include "wire/openai/finish.hpp"
#include "wire/openai/logprobs.hpp"
#include "wire/openai/message.hpp"
#include "wire/openai/reasoning.hpp"
#include "wire/openai/usage.hpp"
#include "wire/sse.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace spillway::wire::openai {
namespace {

using nlohmann::json;

/// Groq tells it in a place of its own.
const json& usage_in(const json& document) {
  static const json none;
  if (const auto here = document.find("usage"); here != document.end() && !here->is_null())
    return *here;
  const auto groq = document.find("x_groq");
  if (groq == document.end() || !groq->is_object())
    return none;
  const auto there = groq->find("usage");
  return there == groq->end() ? none : *there;
}

/// Thoughts as OpenRouter details them: the text only if the chunk has it nowhere else.
void take_details(const json_node& details, chat_delta& d) {
  if (!details.is_array())
    return;
  const bool told = !d.reasoning.empty();
  for (std::size_t i = 0; i < details.size(); ++i) {
    reasoning_block block = decode_reasoning_detail(details[i]);
    if (!told)
      d.reasoning += block.text;
    d.reasoning_signature += block.signature;
    d.redacted_reasoning += block.redacted_data;
    if (!block.dialect.empty())
      d.reasoning_dialect = std::move(block.dialect);
  }
}

/// A list of parts, as Mistral sends its thoughts.
void take_parts(const json_node& content, chat_delta& d) {
  chat_message piece;
  decode_content(content, other_parts::skipped, piece);
  d.text = plain_text(piece);
  for (const reasoning_block& block : piece.reasoning)
    d.reasoning += block.text;
}

} // namespace

// Some servers give each of several calls the same index and no id; llama.cpp repeats the name with
// each fragment of one. So it is another one if the first is complete and more arguments come.
bool chunk_reader::begins_another(const json_node& fragment, std::size_t known,
                                  const chat_delta& d) const {
  const json_node called = called_by(fragment);
  if (!called["name"].present() || decode_arguments(called).empty())
    return false;
  const auto calls = assembler_.tool_calls(d.choice);
  std::string arguments = known < calls.size() ? calls[known].arguments_json : std::string{};
  for (const tool_call_delta& pending : d.tool_calls)
    if (pending.index == known)
      arguments += pending.arguments_json;
  return json::accept(arguments);
}

std::int64_t chunk_reader::place_of(const json_node& fragment, const std::string& id,
                                    choice_state& state, const chat_delta& d) {
  std::int64_t place = fragment["index"].integer().value_or(state.last);
  const auto known = state.calls.find(place);
  const bool taken = known != state.calls.end();
  const bool other = taken
                     && (id.empty() ? begins_another(fragment, known->second.index, d)
                                    : !known->second.id.empty() && known->second.id != id);
  if (other)
    place = state.calls.rbegin()->first + 1;
  if (!taken || other)
    state.calls[place] = {state.calls.size(), id};
  state.last = place;
  return place;
}

void chunk_reader::take_calls(const json_node& delta, choice_state& state, chat_delta& d) {
  const json_node calls = delta["tool_calls"];
  for (std::size_t i = 0; i < calls.size(); ++i)
    take_call(calls[i], called_by(calls[i]), state, d);
  if (const json_node older = delta["function_call"]; older.present())
    take_call(older, older, state, d);
}

void chunk_reader::take_call(const json_node& call, const json_node& called, choice_state& state,
                             chat_delta& d) {
  const std::string id = call["id"].text_or({});
  known_call& known = state.calls[place_of(call, id, state, d)];
  tool_call_delta more;
  more.index = known.index;
  if (more.index >= bounds::tool_calls_max)
    return call.reject("is one call more than " + std::to_string(bounds::tool_calls_max));
  known.held += decode_arguments(called);
  more.signature = decode_signature(call);
  if (!known.is_named) {
    more.name = called["name"].text_or({});
    known.is_named = !more.name.empty();
    if (!known.is_named)
      return;
    if (known.id.empty())
      known.id = id;
    more.id = known.id;
    if (more.id.empty())
      more.id = "call_" + told_.provider_request_id + '_' + std::to_string(more.index);
  }
  more.arguments_json = std::exchange(known.held, {});
  d.tool_calls.push_back(std::move(more));
}

void chunk_reader::end_choice(const json_node& choice, std::string native) {
  const int number = static_cast<int>(choice["index"].integer().value_or(0));
  choice_state& state = states_[number];
  state.ended = true;
  for (const auto& [place, call] : state.calls)
    if (!call.is_named)
      choice["finish_reason"].reject("came before the name of a tool call");
  const finish_reason finish = finish_of(native, false);
  assembler_.end(number, finish, std::move(native));
}

void chunk_reader::take_choice(const json_node& choice, std::vector<chat_delta>& deltas) {
  const std::int64_t number = choice["index"].integer().value_or(0);
  if (number < 0 || number >= bounds::choices_max)
    return choice["index"].reject("must be from 0 to " + std::to_string(bounds::choices_max - 1));
  chat_delta d;
  d.choice = static_cast<int>(number);
  choice_state& state = states_[d.choice];
  // A server that does not stream after all sends the whole message.
  const json_node delta = choice[choice["delta"].present() ? "delta" : "message"];
  if (delta["content"].is_array())
    take_parts(delta["content"], d);
  else
    d.text = delta["content"].text_or({});
  d.text += delta["audio"]["transcript"].text_or({});
  d.refusal = delta["refusal"].text_or({});
  d.reasoning += reasoning_text(delta);
  take_details(delta["reasoning_details"], d);
  if (choice["logprobs"].is_object())
    d.logprobs_json = choice["logprobs"].object_text();
  take_calls(delta, state, d);
  add(std::move(d), deltas);
  if (std::string native = choice["finish_reason"].text_or({}); !native.empty())
    end_choice(choice, std::move(native));
}

void chunk_reader::add(chat_delta delta, std::vector<chat_delta>& deltas) {
  if (delta == chat_delta{.choice = delta.choice})
    return;
  assembler_.add(delta);
  deltas.push_back(std::move(delta));
}

void chunk_reader::take_head(const json_node& root) {
  if (told_.model_reported.empty())
    told_.model_reported = root["model"].text_or({});
  if (told_.provider_request_id.empty())
    told_.provider_request_id = root["id"].text_or({});
  if (root["service_tier"].is_string())
    told_.usage.tier = decode_service_tier(root["service_tier"].text());
}

void chunk_reader::take(const sse_event& event, std::vector<chat_delta>& deltas) {
  std::string_view data = event.data;
  data.remove_suffix(data.size() - std::min(data.find_last_not_of(" \t") + 1, data.size()));
  if (ended() || data.empty())
    return;
  if (data == stream_end_data) {
    done_ = true;
    return;
  }
  if (auto text = event.name.empty() ? text_event_.text_in(data) : std::nullopt) {
    chat_delta d{.choice = text_choice_};
    d.*text_ = std::move(*text);
    return add(std::move(d), deltas);
  }
  text_event_.forget();
  take_document(event, data, deltas);
}

void chunk_reader::take_document(const sse_event& event, std::string_view data,
                                 std::vector<chat_delta>& deltas) {
  auto document = parse_reply_json(data);
  if (!document || !document->is_object()) {
    malformed_ = document ? "an event must be a JSON object" : document.failure().message;
    return;
  }
  if (error_json_ = error_in(event, *document); !error_json_.empty())
    return;
  token_usage usage = decode_usage(usage_in(*document));
  if (!usage.estimated) {
    usage.tier = told_.usage.tier;
    told_.usage = usage;
  }
  const std::size_t known = deltas.size();
  json_fault fault;
  const json_node root{*document, fault};
  take_head(root);
  const json_node choices = root["choices"];
  for (std::size_t i = 0; i < choices.size() && !fault.found(); ++i)
    take_choice(choices[i], deltas);
  if (fault.found())
    malformed_ = fault.take().message;
  else if (event.name.empty() && usage.estimated && choices.size() == 1
           && deltas.size() == known + 1)
    learn(data, deltas.back());
}

void chunk_reader::learn(std::string_view data, const chat_delta& delta) {
  text_choice_ = delta.choice;
  text_ = delta.text.empty() ? &chat_delta::reasoning : &chat_delta::text;
  chat_delta text_alone{.choice = delta.choice};
  text_alone.*text_ = delta.*text_;
  if (delta == text_alone && !states_[delta.choice].ended)
    text_event_.learn(data, delta.text.empty() ? "reasoning_content" : "content", delta.*text_);
}

bool chunk_reader::is_whole() const noexcept {
  const auto has_ended = [](const auto& entry) { return entry.second.ended; };
  return !states_.empty() && (done_ || std::ranges::all_of(states_, has_ended));
}

chat_reply chunk_reader::take_reply() {
  const bool has_usage = told_.usage.total() > token_count{};
  chat_reply reply = assembler_.take();
  reply.model_reported = std::move(told_.model_reported);
  reply.provider_request_id = std::move(told_.provider_request_id);
  reply.usage = told_.usage;
  reply.usage.estimated = !has_usage;
  reply.logprobs_json = joined_logprobs(reply.logprobs_json);
  for (chat_choice& other : reply.alternatives)
    other.logprobs_json = joined_logprobs(other.logprobs_json);
  return reply;
}

// -- writing --------------------------------------------------------------------------------------

namespace {

/// Everything before the choices.
json_writer opened(const chunk_head& head, std::size_t more) {
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(head.created.time_since_epoch()).count();
  json_writer out{head.id.size() + head.model.size() + more + 256};
  out.open('{').member("id", head.id).member("object", "chat.completion.chunk");
  out.member("created", seconds).member("model", head.model).key("choices").open('[');
  return out;
}

json_writer opened_delta(const chunk_head& head, int choice, std::size_t more = 0) {
  json_writer out = opened(head, more);
  out.open('{').member("index", choice).key("delta").open('{');
  return out;
}

/// `logprobs` and `reason` are JSON.
std::string closed_delta(json_writer out, std::string_view logprobs, std::string_view reason) {
  out.close('}').key("logprobs").raw(logprobs).key("finish_reason").raw(reason);
  return out.close('}').close(']').close('}').take();
}

void write_call(const tool_call_delta& call, json_writer& out) {
  out.open('{').member("index", call.index);
  if (!call.id.empty())
    out.member("id", call.id).member("type", "function");
  out.key("function").open('{');
  if (!call.name.empty())
    out.member("name", call.name);
  out.member("arguments", call.arguments_json).close('}');
  if (!call.signature.empty()) {
    out.key("extra_content").open('{').key("google").open('{');
    out.member("thought_signature", call.signature).close('}').close('}');
  }
  out.close('}');
}

void write_calls(const std::vector<tool_call_delta>& calls, json_writer& out) {
  if (calls.empty())
    return;
  out.key("tool_calls").open('[');
  for (const tool_call_delta& call : calls)
    write_call(call, out);
  out.close(']');
}

/// What ends a block of thoughts; its text has gone before as `reasoning_content`.
void write_details(const chat_delta& delta, json_writer& out) {
  if (delta.reasoning_signature.empty() && delta.redacted_reasoning.empty())
    return;
  const reasoning_block block{
      {}, delta.reasoning_signature, delta.redacted_reasoning, delta.reasoning_dialect};
  out.key("reasoning_details").open('[').raw(dump_json(encode_reasoning_detail(block, 0)));
  out.close(']');
}

} // namespace

std::string encode_first_chunk(const chunk_head& head, int choice) {
  json_writer out = opened_delta(head, choice);
  out.member("role", "assistant").member("content", "").key("refusal").null();
  return closed_delta(std::move(out), "null", "null");
}

std::string encode_chunk(const chunk_head& head, const chat_delta& delta) {
  json_writer out = opened_delta(head, delta.choice, delta.text.size());
  if (!delta.reasoning.empty())
    out.member("reasoning_content", delta.reasoning);
  write_details(delta, out);
  if (!delta.text.empty())
    out.member("content", delta.text);
  if (!delta.refusal.empty())
    out.member("refusal", delta.refusal);
  write_calls(delta.tool_calls, out);
  const bool odds = !delta.logprobs_json.empty() && json::accept(delta.logprobs_json);
  const std::string_view logprobs = odds ? std::string_view{delta.logprobs_json} : "null";
  return closed_delta(std::move(out), logprobs, "null");
}

std::string encode_last_chunk(const chunk_head& head, int choice, finish_reason finish) {
  return closed_delta(opened_delta(head, choice), "null",
                      '"' + std::string{spillway::to_string(finish)} + '"');
}

std::string encode_usage_chunk(const chunk_head& head, const token_usage& usage) {
  json_writer out = opened(head, 0);
  out.close(']').key("usage").raw(dump_json(encode_usage(usage)));
  return out.close('}').take();
}

} // namespace spillway::wire::openai
