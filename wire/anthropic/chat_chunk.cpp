#include "wire/anthropic/chat_chunk.hpp"

#include "core/bounds.hpp"
#include "wire/anthropic/answer.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/usage.hpp"
#include "wire/repeated_event.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

/// What readers were shown of an answer that has begun anew, as far as the new one has not caught
/// up with it.
class shown_text {
public:
  explicit shown_text(std::string text = {}) : rest_{std::move(text)} {}

  /// What of `more` the readers do not have.
  std::string_view beyond(std::string_view more) {
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(rest_, more).in1
                                               - rest_.begin());
    differs_ = same < rest_.size() && same < more.size();
    rest_.erase(0, differs_ ? rest_.size() : same);
    return more.substr(same);
  }

  bool caught_up() const noexcept { return rest_.empty(); }
  /// What came last is not what the readers were shown.
  bool differs() const noexcept { return differs_; }

private:
  std::string rest_;
  bool differs_ = false;
};

enum class block_kind { text, thinking, redacted, call, other };

struct block {
  block_kind kind = block_kind::other;
  std::string content;   ///< the text, the thoughts, the encrypted ones, or the arguments
  std::string signature; ///< of thoughts
  std::string id;        ///< of a call
  std::string name;
  std::size_t index = 0;    ///< of a call, as readers know it
  bool given_whole = false; ///< the arguments came with the start
  /// The call repeats one that was shown: so much of its arguments is still to come.
  std::optional<shown_text> repeats;
};

block_kind kind_named(const std::string& type) {
  if (type == "text")
    return block_kind::text;
  if (type == "thinking")
    return block_kind::thinking;
  if (type == "redacted_thinking")
    return block_kind::redacted;
  return type == "tool_use" ? block_kind::call : block_kind::other;
}

/// What a delta of this type adds to, and the member that holds it.
std::pair<block_kind, const char*> meaning_of(const std::string& delta_type) {
  if (delta_type == "text_delta")
    return {block_kind::text, "text"};
  if (delta_type == "thinking_delta")
    return {block_kind::thinking, "thinking"};
  if (delta_type == "signature_delta")
    return {block_kind::thinking, "signature"};
  if (delta_type == "input_json_delta")
    return {block_kind::call, "partial_json"};
  return {block_kind::other, ""};
}

} // namespace

struct event_reader::state {
  using deltas = std::vector<chat_delta>;

  void take(const sse_event& event, deltas& out);
  void take_document(const sse_event& event, deltas& out);
  void on_event(const std::string& type, const json& document, const json_node& root, deltas& out);
  void on_message_start(const json& document, const json_node& root);
  void on_block_start(const json_node& root, deltas& out);
  void on_block_delta(const json_node& root, deltas& out);
  void on_block_stop(const json_node& root, deltas& out);
  void on_message_delta(const json& document, const json_node& root, deltas& out);

  void learn(const sse_event& event);
  void add_to(block& b, std::string_view more, deltas& out);
  void begin_anew();
  block* open_block(const json_node& index, block_kind kind);
  void begin_call(block& b, const json_node& start, deltas& out);
  void show(const block& b, std::string_view more, deltas& out);
  void show_arguments(block& b, std::string_view more, deltas& out);
  void show_signature(std::string_view signature, deltas& out);
  void announce(block& b, std::string_view arguments, deltas& out);

  /// What an event added to a block and did nothing else.
  struct addition {
    std::size_t block; ///< in `blocks`
    const char* member;
    std::string text;
  };

  std::vector<block> blocks;                 ///< in order of their beginning
  std::map<std::int64_t, std::size_t> by_index; ///< the vendor's, into `blocks`
  std::optional<addition> added; ///< by the last event that was read as a document
  repeated_event text_event;     ///< that event
  std::string text_event_name;
  bool begun = false;
  shown_text text_shown;
  shown_text thoughts_shown;
  std::vector<block> calls_shown; ///< of the answer that was broken off
  std::size_t calls_begun = 0;    ///< in this answer
  std::size_t calls_known = 0;    ///< to readers
  std::string model;
  std::string id;
  usage_reader usage;
  bool usage_final = false;
  std::string stop_reason;
  std::string refusal;
  bool done = false;
  std::string error_json;
  std::string malformed;
};

void event_reader::state::take(const sse_event& event, deltas& out) {
  if (event.data == "[DONE]") // of proxies; it ends nothing here
    return;
  const auto more = event.name == text_event_name ? text_event.text_in(event.data) : std::nullopt;
  if (more)
    return add_to(blocks[added->block], *more, out);
  text_event.forget();
  take_document(event, out);
}

void event_reader::state::take_document(const sse_event& event, deltas& out) {
  auto document = parse_reply_json(event.data);
  if (event.name == "error" || (document && document->is_object() && document->contains("error"))) {
    error_json = event.data.empty() ? "{}" : event.data;
    return;
  }
  if (!document || !document->is_object()) {
    malformed = document ? "an event must be a JSON object" : document.failure().message;
    return;
  }
  json_fault fault;
  const json_node root{*document, fault};
  const std::string type = root["type"].text_or(event.name);
  added.reset();
  on_event(type, *document, root, out);
  if (fault.found())
    malformed = type + ": " + fault.take().message;
  else if (added)
    learn(event);
}

/// The next event may be the same with another text.
void event_reader::state::learn(const sse_event& event) {
  text_event.learn(event.data, added->member, added->text);
  text_event_name = event.name;
}

void event_reader::state::on_event(const std::string& type, const json& document,
                                   const json_node& root, deltas& out) {
  if (type == "message_start")
    on_message_start(document, root);
  else if (type == "content_block_start")
    on_block_start(root, out);
  else if (type == "content_block_delta")
    on_block_delta(root, out);
  else if (type == "content_block_stop")
    on_block_stop(root, out);
  else if (type == "message_delta")
    on_message_delta(document, root, out);
  else if (type == "message_stop")
    done = true;
}

void event_reader::state::on_message_start(const json& document, const json_node& root) {
  if (std::exchange(begun, true))
    begin_anew();
  const json_node message = root["message"];
  model = message["model"].text_or({});
  id = message["id"].text_or({});
  if (message.is_object())
    usage.take(document["message"].value("usage", json()));
}

void event_reader::state::begin_anew() {
  std::string text;
  std::string thoughts;
  calls_shown.clear();
  for (block& b : blocks) {
    if (b.kind == block_kind::text)
      text += b.content;
    else if (b.kind == block_kind::thinking)
      thoughts += b.content;
    else if (b.kind == block_kind::call)
      calls_shown.push_back(std::move(b));
  }
  text_shown = shown_text{std::move(text)};
  thoughts_shown = shown_text{std::move(thoughts)};
  blocks.clear();
  by_index.clear();
  calls_begun = 0;
  usage = {};
}

/// Null, with a fault, if the index makes no sense or there are too many blocks.
block* event_reader::state::open_block(const json_node& index, block_kind kind) {
  const std::int64_t number = index.integer().value_or(0);
  if (blocks.size() >= bounds::reply_blocks_max)
    index.reject("is one of more blocks than " + std::to_string(bounds::reply_blocks_max));
  if (number < 0)
    index.reject("must not be negative");
  if (number < 0 || blocks.size() >= bounds::reply_blocks_max)
    return nullptr;
  by_index[number] = blocks.size();
  blocks.emplace_back().kind = kind;
  return &blocks.back();
}

void event_reader::state::on_block_start(const json_node& root, deltas& out) {
  const json_node start = root["content_block"];
  block* b = open_block(root["index"], kind_named(start["type"].text()));
  if (!b)
    return;
  switch (b->kind) {
    case block_kind::text: show(*b, b->content = start["text"].text_or({}), out); break;
    case block_kind::thinking:
      show(*b, b->content = start["thinking"].text_or({}), out);
      show_signature(b->signature = start["signature"].text_or({}), out);
      break;
    case block_kind::redacted:
      b->content = start["data"].text();
      out.push_back({.redacted_reasoning = b->content});
      break;
    case block_kind::call: begin_call(*b, start, out); break;
    case block_kind::other: break;
  }
}

void event_reader::state::begin_call(block& b, const json_node& start, deltas& out) {
  b.id = start["id"].text();
  b.name = start["name"].text();
  const std::string input = start["input"].is_object() ? start["input"].object_text() : "{}";
  b.given_whole = input != "{}";
  if (b.given_whole)
    b.content = input;
  if (b.name == reply_tool) {
    b.kind = block_kind::text;
    return show(b, b.content, out);
  }
  const std::size_t number = calls_begun++;
  if (number < calls_shown.size() && calls_shown[number].name == b.name) {
    b.index = calls_shown[number].index;
    b.repeats = shown_text{calls_shown[number].content};
    return show_arguments(b, b.content, out);
  }
  announce(b, b.content, out);
}

/// The first readers hear of a call.
void event_reader::state::announce(block& b, std::string_view arguments, deltas& out) {
  b.index = calls_known++;
  out.push_back({.tool_calls = {{b.index, b.id, b.name, std::string{arguments}, {}}}});
}

void event_reader::state::on_block_delta(const json_node& root, deltas& out) {
  const json_node delta = root["delta"];
  const std::string type = delta["type"].text();
  auto [kind, member] = meaning_of(type);
  if (kind == block_kind::other)
    return;
  const std::string more = delta[member].text();
  const auto known = by_index.find(root["index"].integer().value_or(0));
  block* b = known == by_index.end() ? nullptr : &blocks[known->second];
  if (b && b->name == reply_tool && kind == block_kind::call)
    kind = block_kind::text;
  if (b && b->kind == block_kind::other)
    return;
  if (!b && kind != block_kind::call) // some servers leave out the start
    b = open_block(root["index"], kind);
  if (!b || b->kind != kind)
    return root["index"].reject("names no block that takes a " + type);
  if (type == "signature_delta") {
    b->signature += more;
    return show_signature(more, out);
  }
  if (b->given_whole)
    return;
  add_to(*b, more, out);
  added = {static_cast<std::size_t>(b - blocks.data()), member, more};
}

void event_reader::state::add_to(block& b, std::string_view more, deltas& out) {
  b.content += more;
  if (b.kind == block_kind::call)
    show_arguments(b, more, out);
  else
    show(b, more, out);
}

void event_reader::state::show(const block& b, std::string_view more, deltas& out) {
  const bool is_text = b.kind == block_kind::text;
  const std::string_view fresh = (is_text ? text_shown : thoughts_shown).beyond(more);
  if (fresh.empty())
    return;
  chat_delta d;
  (is_text ? d.text : d.reasoning) = fresh;
  out.push_back(std::move(d));
}

void event_reader::state::show_signature(std::string_view signature, deltas& out) {
  if (!signature.empty())
    out.push_back({.reasoning_signature = std::string{signature}});
}

void event_reader::state::show_arguments(block& b, std::string_view more, deltas& out) {
  if (b.repeats) {
    more = b.repeats->beyond(more);
    if (b.repeats->differs()) {
      b.repeats.reset();
      return announce(b, b.content, out);
    }
  }
  if (!more.empty())
    out.push_back({.tool_calls = {{b.index, {}, {}, std::string{more}, {}}}});
}

void event_reader::state::on_block_stop(const json_node& root, deltas& out) {
  const auto known = by_index.find(root["index"].integer().value_or(0));
  if (known == by_index.end())
    return;
  block& b = blocks[known->second];
  if (b.kind == block_kind::call && b.content.empty())
    show_arguments(b, b.content = "{}", out);
  if (b.repeats && !b.repeats->caught_up()) {
    b.repeats.reset();
    announce(b, b.content, out);
  }
}

void event_reader::state::on_message_delta(const json& document, const json_node& root,
                                           deltas& out) {
  const json_node delta = root["delta"];
  if (delta["stop_reason"].present())
    stop_reason = delta["stop_reason"].text();
  if (refusal.empty()) {
    refusal = delta["stop_details"]["explanation"].text_or({});
    if (!refusal.empty())
      out.push_back({.refusal = refusal});
  }
  if (root["usage"].is_object()) {
    usage.take(document["usage"]);
    usage_final = true;
  }
}

event_reader::event_reader() : state_{std::make_unique<state>()} {
}
event_reader::~event_reader() = default;
event_reader::event_reader(event_reader&&) noexcept = default;

void event_reader::take(const sse_event& event, std::vector<chat_delta>& deltas) {
  if (!ended())
    state_->take(event, deltas);
}

bool event_reader::ended() const noexcept {
  return state_->done || !state_->error_json.empty() || !state_->malformed.empty();
}

bool event_reader::is_whole() const noexcept {
  return state_->done;
}

const std::string& event_reader::error_json() const noexcept {
  return state_->error_json;
}

const std::string& event_reader::malformed() const noexcept {
  return state_->malformed;
}

chat_reply event_reader::take_reply() {
  answer_builder answer;
  for (block& b : state_->blocks) {
    switch (b.kind) {
      case block_kind::text: answer.add_text(b.content); break;
      case block_kind::thinking: answer.add_thoughts({b.content, b.signature}); break;
      case block_kind::redacted: answer.add_thoughts({{}, {}, b.content}); break;
      case block_kind::call:
        answer.add_call({std::move(b.id), std::move(b.name), std::move(b.content)});
        break;
      case block_kind::other: break;
    }
  }
  answer.end(std::move(state_->stop_reason), std::move(state_->refusal));
  chat_reply reply = answer.take(state_->model);
  reply.provider_request_id = std::move(state_->id);
  reply.usage = state_->usage.read();
  reply.usage.estimated = reply.usage.estimated || !state_->usage_final;
  return reply;
}

} // namespace spillway::wire::anthropic
