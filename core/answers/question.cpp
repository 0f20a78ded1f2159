#include "core/answers/question.hpp"

#include <functional>
#include <string_view>
#include <tuple>

namespace spillway::answers {
namespace {

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

std::size_t hash_of(const question& q) {
  hasher h;
  for (const std::string& name : q.tenant)
    h.add(name);
  h.add(q.target);
  if (q.chat)
    for (const chat_message& m : q.chat->messages) {
      h.add(m.text);
      for (const content_part& p : m.parts)
        h.add(p.text);
    }
  if (q.embedding)
    for (const embedding_input& i : q.embedding->inputs)
      h.add(i.text);
  return h.sum();
}

bool same_question(const question& a, const question& b) {
  return terms_of(a) == terms_of(b) && same_behind(a.chat, b.chat)
         && same_behind(a.embedding, b.embedding);
}

} // namespace spillway::answers
