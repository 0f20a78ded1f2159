#pragma once

#include "core/answers/question.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spillway::answers {

/// Who waits for the answer to a question that somebody else has asked already. Not thread-safe.
template <class Waiter>
class questions_under_way {
public:
  /// False if it was under way already: somebody else leads.
  bool begin(const question& q) { return waiting_.try_emplace(q).second; }

  /// Null if it is not under way; else those who wait for it, in order.
  std::vector<Waiter>* find(const question& q) {
    const auto it = waiting_.find(q);
    return it == waiting_.end() ? nullptr : &it->second;
  }

  /// Those who waited for it, in order.
  std::vector<Waiter> end(const question& q) {
    auto node = waiting_.extract(q);
    return node ? std::move(node.mapped()) : std::vector<Waiter>{};
  }

  /// Those for whom `leaves` is true wait no longer.
  template <class Predicate>
  std::vector<Waiter> take_if(Predicate leaves) {
    std::vector<Waiter> out;
    for (auto& [q, waiters] : waiting_) {
      const auto gone = std::stable_partition(waiters.begin(), waiters.end(),
                                              [&](const Waiter& w) { return !leaves(w); });
      std::move(gone, waiters.end(), std::back_inserter(out));
      waiters.erase(gone, waiters.end());
    }
    return out;
  }

  std::size_t count() const {
    std::size_t sum = 0;
    for (const auto& [q, waiters] : waiting_)
      sum += waiters.size();
    return sum;
  }

private:
  struct hash {
    std::size_t operator()(const question& q) const { return hash_of(q); }
  };
  struct same {
    bool operator()(const question& a, const question& b) const { return same_question(a, b); }
  };
  std::unordered_map<question, std::vector<Waiter>, hash, same> waiting_;
};

} // namespace spillway::answers
