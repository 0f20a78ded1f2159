#include "providers/buffered_stream.hpp"

#include <utility>

namespace spillway::providers {
namespace {

void append_delta(int choice, const chat_message& message, const std::string& refusal,
                  const std::string& logprobs_json, std::vector<chat_delta>& deltas) {
  for (const reasoning_block& block : message.reasoning)
    deltas.push_back({.choice = choice,
                      .reasoning = block.text,
                      .reasoning_signature = block.signature,
                      .redacted_reasoning = block.redacted_data});
  chat_delta d{.choice = choice, .text = plain_text(message), .refusal = refusal};
  d.logprobs_json = logprobs_json;
  for (std::size_t i = 0; i < message.tool_calls.size(); ++i) {
    const tool_call& call = message.tool_calls[i];
    d.tool_calls.push_back({i, call.id, call.name, call.arguments_json, call.signature});
  }
  if (d != chat_delta{.choice = choice})
    deltas.push_back(std::move(d));
}

} // namespace

bool announces_json(const wire::http_headers& head) {
  return head.find("Content-Type").starts_with("application/json");
}

void buffered_stream::feed(std::string_view bytes, std::vector<chat_delta>&) {
  response_.body += bytes;
}

void buffered_stream::flush(std::vector<chat_delta>& deltas) {
  auto decoded = codec_.decode(response_, now_);
  if (auto* failure = std::get_if<call_failure>(&decoded)) {
    done_.failure = std::move(*failure);
    return;
  }
  done_.reply = std::get<chat_reply>(std::move(decoded));
  const chat_reply& reply = done_.reply;
  append_delta(0, reply.message, reply.refusal, reply.logprobs_json, deltas);
  for (std::size_t i = 0; i < reply.alternatives.size(); ++i) {
    const chat_choice& other = reply.alternatives[i];
    append_delta(static_cast<int>(i) + 1, other.message, other.refusal, other.logprobs_json,
                 deltas);
  }
}

streamed_reply buffered_stream::finish() {
  return std::move(done_);
}

} // namespace spillway::providers
