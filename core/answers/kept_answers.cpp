#include "core/answers/kept_answers.hpp"

#include "core/bounds.hpp"

#include <functional>
#include <string_view>
#include <tuple>
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
         + size_of(c.signature);
}

std::size_t size_of(const content_part& p) {
  return sizeof p + size_of(p.text) + size_of(p.url) + size_of(p.data_base64)
         + size_of(p.media_type) + size_of(p.name) + size_of(p.detail);
}

std::size_t size_of(const reasoning_block& r) {
  return sizeof r + size_of(r.text) + size_of(r.signature) + size_of(r.redacted_data)
         + size_of(r.dialect) + size_of(r.model);
}

std::size_t size_of(const tool_definition& t) {
  return sizeof t + size_of(t.name) + size_of(t.description) + size_of(t.parameters_json);
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
         + size_of(m.tool_call_id) + size_of(m.parts) + size_of(m.reasoning) + size_of(m.refusal);
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

/// Everything but the texts themselves.
auto terms_of(const question& q) {
  return std::tie(q.tenant, q.target, q.models, q.task_type, q.quality, q.quality_floor,
                  q.allow_fallback, q.strategy);
}

template <class T>
bool same_behind(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a && b && *a == *b);
}

class hasher {
public:
  void add(std::string_view text) {
    sum_ = sum_ * 0x9e3779b97f4a7c15 + std::hash<std::string_view>{}(text);
  }
  std::size_t sum() const { return sum_; }

private:
  std::size_t sum_ = 0;
};

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

/// Over what tells most questions apart; the comparison looks at all.
std::size_t kept_answers::question_hash::operator()(const question* q) const noexcept {
  hasher h;
  for (const std::string& name : q->tenant)
    h.add(name);
  h.add(q->target);
  if (q->chat)
    for (const chat_message& m : q->chat->messages) {
      h.add(m.text);
      for (const content_part& p : m.parts)
        h.add(p.text);
    }
  if (q->embedding)
    for (const embedding_input& i : q->embedding->inputs)
      h.add(i.text);
  return h.sum();
}

bool kept_answers::same_question::operator()(const question* a,
                                             const question* b) const noexcept {
  return terms_of(*a) == terms_of(*b) && same_behind(a->chat, b->chat)
         && same_behind(a->embedding, b->embedding);
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
  for (; bytes_ + bytes > policy_.bytes_max; ++dropped_)
    forget(std::prev(by_use_.end()));
  by_use_.push_front({std::move(q), std::move(a), bytes});
  const auto it = by_use_.begin();
  it->expiry = by_expiry_.emplace(now + policy_.keep_for, it);
  known_.emplace(&it->asked, it);
  bytes_ += bytes;
  return true;
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
