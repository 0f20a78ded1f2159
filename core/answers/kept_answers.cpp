#include "core/answers/kept_answers.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::answers {
namespace {

/// What an entry takes beside its texts: the nodes that hold it, and the structs in them.
constexpr std::size_t entry_overhead = 1024;

std::size_t size_of(const std::string& text) {
  return text.capacity();
}

std::size_t size_of(const tool_call& c) {
  return sizeof c + size_of(c.id) + size_of(c.name) + size_of(c.arguments_json)
         + size_of(c.signature) + size_of(c.foreign.json);
}

std::size_t size_of(const content_part& p) {
  return sizeof p + size_of(p.text) + size_of(p.url) + size_of(p.data_base64)
         + size_of(p.media_type) + size_of(p.name) + size_of(p.detail) + size_of(p.foreign.json);
}

std::size_t size_of(const reasoning_block& r) {
  return sizeof r + size_of(r.text) + size_of(r.signature) + size_of(r.redacted_data)
         + size_of(r.dialect) + size_of(r.model);
}

std::size_t size_of(const tool_definition& t) {
  return sizeof t + size_of(t.name) + size_of(t.description) + size_of(t.parameters_json)
         + size_of(t.foreign.json);
}

std::size_t size_of(const embedding_input& i) {
  return sizeof i + size_of(i.text) + i.tokens.size() * sizeof i.tokens.front();
}

template <class T>
std::size_t size_of(const std::vector<T>& items) {
  std::size_t sum = 0;
  for (const T& item : items)
    sum += size_of(item);
  return sum;
}

std::size_t size_of(const chat_message& m) {
  return sizeof m + size_of(m.text) + size_of(m.name) + size_of(m.tool_calls)
         + size_of(m.tool_call_id) + size_of(m.parts) + size_of(m.reasoning) + size_of(m.refusal)
         + size_of(m.foreign.json);
}

std::size_t size_of(const chat_request& r) {
  std::size_t sum = sizeof r + size_of(r.tools) + size_of(r.stop)
                    + size_of(r.response_schema_json) + size_of(r.foreign.json);
  for (const chat_message& m : r.messages)
    sum += size_of(m);
  return sum;
}

std::size_t size_of(const model_answer& a) {
  if (a.chat)
    return sizeof *a.chat + size_of(a.chat->message) + size_of(a.chat->logprobs_json);
  std::size_t sum = sizeof *a.vectors;
  for (const std::vector<float>& v : a.vectors->vectors)
    sum += sizeof v + v.size() * sizeof v.front();
  return sum;
}

std::size_t size_of(const question& q) {
  return q.chat ? size_of(*q.chat) : sizeof *q.embedding + size_of(q.embedding->inputs);
}

} // namespace

bool is_repeatable(const question& q) {
  return q.embedding || (q.chat && q.chat->choices == 1);
}

bool is_worth_keeping(const model_answer& a) {
  if (!a.chat)
    return a.vectors != nullptr;
  const bool ended = a.chat->finish == finish_reason::stop
                     || a.chat->finish == finish_reason::tool_calls;
  return ended && a.chat->refusal.empty() && a.chat->alternatives.empty()
         && size_of(a) <= bounds::answer_kept_bytes_max;
}

const kept_answer* kept_answers::find(const question& q, mono_time now) {
  forget_expired(now);
  const auto it = known_.find(&q);
  if (it == known_.end())
    return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, it->second);
  return &it->second->given;
}

bool kept_answers::keep(question q, kept_answer a, mono_time now) {
  forget_expired(now);
  if (!is_repeatable(q) || !is_worth_keeping(a.answer))
    return false;
  const std::size_t bytes = entry_overhead + size_of(q) + size_of(a.answer);
  if (bytes > policy_.bytes_max / bounds::answer_kept_share)
    return false;
  if (const auto earlier = known_.find(&q); earlier != known_.end())
    forget(earlier->second);
  make_room(bytes);
  by_use_.push_front({std::move(q), std::move(a), bytes});
  const auto it = by_use_.begin();
  it->expiry = by_expiry_.emplace(now + policy_.keep_for, it);
  known_.emplace(&it->asked, it);
  bytes_ += bytes;
  return true;
}

void kept_answers::replace_policy(keeping_policy policy) {
  policy_ = policy;
  make_room(0);
}

void kept_answers::make_room(std::size_t bytes) {
  for (; bytes_ + bytes > policy_.bytes_max; ++dropped_)
    forget(std::prev(by_use_.end()));
}

void kept_answers::forget(use_list::iterator it) {
  bytes_ -= it->bytes;
  known_.erase(&it->asked);
  by_expiry_.erase(it->expiry);
  by_use_.erase(it);
}

void kept_answers::forget_expired(mono_time now) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now)
    forget(by_expiry_.begin()->second);
}

} // namespace spillway::answers
