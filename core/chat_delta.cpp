#include "core/chat_delta.hpp"

#include "core/assert.hpp"
#include "core/bounds.hpp"

#include <utility>

namespace spillway {
namespace {

/// Log probabilities come as an object of lists, a piece of each list at a time: the core reads no
/// JSON, so the pieces are kept one a line for the codec that put them there.
void append_line(std::string& lines, const std::string& line) {
  if (!line.empty())
    lines += (lines.empty() ? "" : "\n") + line;
}

void append(tool_call& call, const tool_call_delta& d) {
  if (call.id.empty())
    call.id = d.id;
  if (call.name.empty())
    call.name = d.name;
  call.arguments_json += d.arguments_json;
  if (!d.signature.empty())
    call.signature = d.signature;
}

void append_deltas(int choice, const chat_message& message, const std::string& refusal,
                   const std::string& logprobs_json, std::vector<chat_delta>& deltas) {
  for (const reasoning_block& block : message.reasoning)
    deltas.push_back({.choice = choice,
                      .reasoning = block.text,
                      .reasoning_signature = block.signature,
                      .redacted_reasoning = block.redacted_data,
                      .reasoning_dialect = block.dialect});
  chat_delta said{.choice = choice, .text = plain_text(message), .refusal = refusal};
  said.logprobs_json = logprobs_json;
  for (const tool_call& call : message.tool_calls)
    said.tool_calls.push_back(
        {said.tool_calls.size(), call.id, call.name, call.arguments_json, call.signature});
  if (said != chat_delta{.choice = choice})
    deltas.push_back(std::move(said));
}

} // namespace

std::vector<chat_delta> deltas_of(const chat_reply& reply) {
  std::vector<chat_delta> deltas;
  append_deltas(0, reply.message, reply.refusal, reply.logprobs_json, deltas);
  int choice = 0;
  for (const chat_choice& other : reply.alternatives)
    append_deltas(++choice, other.message, other.refusal, other.logprobs_json, deltas);
  return deltas;
}

chat_choice& reply_assembler::at(int choice) {
  SPILLWAY_ASSERT(choice >= 0 && choice < bounds::choices_max);
  const auto index = static_cast<std::size_t>(choice);
  while (choices_.size() <= index) {
    choices_.emplace_back().message.role = chat_role::assistant;
    block_open_.push_back(false);
  }
  return choices_[index];
}

void reply_assembler::add(const chat_delta& d) {
  chat_choice& c = at(d.choice);
  const auto index = static_cast<std::size_t>(d.choice);
  c.message.text += d.text;
  c.refusal += d.refusal;
  append_line(c.logprobs_json, d.logprobs_json);
  if (!d.redacted_reasoning.empty()) {
    c.message.reasoning.push_back({{}, {}, d.redacted_reasoning, d.reasoning_dialect});
    block_open_[index] = false;
  }
  if (!d.reasoning.empty() || !d.reasoning_signature.empty()) {
    if (!block_open_[index])
      c.message.reasoning.emplace_back();
    c.message.reasoning.back().text += d.reasoning;
    c.message.reasoning.back().signature += d.reasoning_signature;
    if (!d.reasoning_dialect.empty())
      c.message.reasoning.back().dialect = d.reasoning_dialect;
    block_open_[index] = d.reasoning_signature.empty();
  }
  for (const tool_call_delta& t : d.tool_calls) {
    SPILLWAY_ASSERT(t.index < bounds::tool_calls_max);
    if (c.message.tool_calls.size() <= t.index)
      c.message.tool_calls.resize(t.index + 1);
    append(c.message.tool_calls[t.index], t);
  }
  has_content_ = has_content_ || !d.text.empty() || !d.refusal.empty() || !d.tool_calls.empty()
                 || !d.reasoning.empty();
}

void reply_assembler::end(int choice, finish_reason finish, std::string native) {
  chat_choice& c = at(choice);
  c.finish = finish;
  if (!native.empty())
    c.finish_native = std::move(native);
  has_ended_ = true;
}

std::span<const tool_call> reply_assembler::tool_calls(int choice) const noexcept {
  const auto index = static_cast<std::size_t>(choice);
  if (index >= choices_.size())
    return {};
  return choices_[index].message.tool_calls;
}

chat_reply reply_assembler::take() {
  at(0);
  for (chat_choice& c : choices_)
    if (c.finish == finish_reason::stop && !c.message.tool_calls.empty())
      c.finish = finish_reason::tool_calls;
  chat_choice& first = choices_.front();
  chat_reply reply;
  reply.message = std::move(first.message);
  reply.refusal = std::move(first.refusal);
  reply.finish = first.finish;
  reply.finish_native = std::move(first.finish_native);
  reply.logprobs_json = std::move(first.logprobs_json);
  reply.alternatives.assign(std::make_move_iterator(choices_.begin() + 1),
                            std::make_move_iterator(choices_.end()));
  choices_.clear();
  block_open_.clear();
  return reply;
}

} // namespace spillway
