#include "wire/anthropic/chat_events.hpp"

#include "wire/anthropic/answer.hpp"
#include "wire/anthropic/content.hpp"
#include "wire/anthropic/usage.hpp"
#include "wire/sse.hpp"

#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

void append(std::string& out, const char* type, json event) {
  event["type"] = type;
  append_sse_event(out, type, dump_json(event));
}

} // namespace

event_writer::event_writer(event_head head) : head_{std::move(head)} {
}

std::string event_writer::begin() const {
  std::string out;
  append(out, "message_start",
         {{"message",
           {{"id", head_.id},
            {"type", "message"},
            {"role", "assistant"},
            {"model", head_.model},
            {"content", json::array()},
            {"stop_reason", nullptr},
            {"stop_sequence", nullptr},
            {"usage", encode_usage(head_.prompt)}}}});
  return out;
}

void event_writer::open(block_kind kind, std::string& out) {
  if (open_ == kind && kind != block_kind::call)
    return;
  close(out);
  open_ = kind;
  if (kind == block_kind::call) // begun with its id and name
    return;
  json start = kind == block_kind::text
                   ? text_block("")
                   : json{{"type", "thinking"}, {"thinking", ""}, {"signature", ""}};
  append(out, "content_block_start", {{"index", blocks_++}, {"content_block", std::move(start)}});
}

void event_writer::close(std::string& out) {
  if (!open_)
    return;
  append(out, "content_block_stop", {{"index", blocks_ - 1}});
  open_.reset();
}

void event_writer::write(std::string_view type, std::string_view member, const std::string& more,
                         std::string& out) {
  json delta = {{"type", type}};
  delta[std::string{member}] = more;
  append(out, "content_block_delta", {{"index", blocks_ - 1}, {"delta", std::move(delta)}});
}

void event_writer::add_redacted(const std::string& data, std::string& out) {
  close(out);
  append(out, "content_block_start",
         {{"index", blocks_++},
          {"content_block", {{"type", "redacted_thinking"}, {"data", data}}}});
  append(out, "content_block_stop", {{"index", blocks_ - 1}});
}

void event_writer::add_call(const tool_call_delta& call, std::string& out) {
  if (call.index == calls_) {
    open(block_kind::call, out);
    ++calls_;
    append(out, "content_block_start",
           {{"index", blocks_++},
            {"content_block",
             {{"type", "tool_use"},
              {"id", encode_tool_id(call.id)},
              {"name", call.name},
              {"input", json::object()}}}});
  } else if (open_ != block_kind::call || call.index + 1 != calls_) {
    out += fail({"api_error", "the provider mixed the pieces of its tool calls", {}});
    return;
  }
  if (!call.arguments_json.empty())
    write("input_json_delta", "partial_json", call.arguments_json, out);
}

std::string event_writer::add(const chat_delta& delta) {
  std::string out;
  if (over_ || delta.choice != 0)
    return out;
  if (!delta.redacted_reasoning.empty())
    add_redacted(delta.redacted_reasoning, out);
  if (!delta.reasoning.empty() || !delta.reasoning_signature.empty())
    open(block_kind::thinking, out);
  if (!delta.reasoning.empty())
    write("thinking_delta", "thinking", delta.reasoning, out);
  if (!delta.reasoning_signature.empty()) {
    write("signature_delta", "signature", delta.reasoning_signature, out);
    close(out);
  }
  for (const std::string* text : {&delta.text, &delta.refusal})
    if (!text->empty()) {
      open(block_kind::text, out);
      write("text_delta", "text", *text, out);
    }
  for (const tool_call_delta& call : delta.tool_calls)
    if (!over_)
      add_call(call, out);
  return out;
}

std::string event_writer::end(const chat_reply& reply) {
  std::string out;
  if (std::exchange(over_, true))
    return out;
  close(out);
  append(out, "message_delta",
         {{"delta",
           {{"stop_reason", stop_reason_of(reply.finish, reply.finish_native)},
            {"stop_sequence", nullptr}}},
          {"usage", encode_usage(reply.usage)}});
  append(out, "message_stop", json::object());
  return out;
}

std::string event_writer::fail(const error_body& why) {
  std::string out;
  if (!std::exchange(over_, true))
    append_sse_event(out, "error", encode_error_body(why));
  return out;
}

std::string event_writer::ping() {
  std::string out;
  append(out, "ping", json::object());
  return out;
}

} // namespace spillway::wire::anthropic
