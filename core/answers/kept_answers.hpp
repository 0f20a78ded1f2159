#pragma once

#include "core/answers/question.hpp"
#include "core/ids.hpp"
#include "core/model_answer.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <unordered_map>
#include <vector>

/// Answers that are kept for who asks the same again.
namespace spillway::answers {

/// What was answered, and by which model.
struct kept_answer {
  model_answer answer;
  model_id model;
};

/// True if the answer to `q` can stand for a later one: one answer was asked for.
bool is_repeatable(const question& q);

/// True if `a` is whole and of a usual size, and neither cut at a bound nor filtered nor declined.
bool is_worth_keeping(const model_answer& a);

struct keeping_policy {
  std::size_t bytes_max = 0;
  duration keep_for{};
  bool shared = false; ///< over teams and keys
};

/// Answers by their questions: the ones used longest ago make room, and each is forgotten after its
/// time. Owned by one actor. Not thread-safe. Every `now` must not be before an earlier one.
class kept_answers {
public:
  explicit kept_answers(keeping_policy policy) : policy_{policy} {}

  /// What is kept stays as long as it was to, if there is room.
  void replace_policy(keeping_policy policy);
  const keeping_policy& policy() const noexcept { return policy_; }

  /// Null if there is none. Valid until the next call.
  const kept_answer* find(const question& q, mono_time now);

  /// False if it is not worth it, or alone too large: nothing changes. Takes the place of an
  /// earlier answer to the same question.
  bool keep(question q, kept_answer a, mono_time now);

  std::size_t size() const noexcept { return by_use_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t dropped() const noexcept { return dropped_; } ///< to make room

private:
  struct entry;
  using use_list = std::list<entry>;
  using expiry_map = std::multimap<mono_time, use_list::iterator>;
  struct entry {
    question asked;
    kept_answer given;
    std::size_t bytes = 0;
    expiry_map::iterator expiry{};
  };
  struct hash_behind {
    std::size_t operator()(const question* q) const { return hash_of(*q); }
  };
  struct same_behind {
    bool operator()(const question* a, const question* b) const { return same_question(*a, *b); }
  };

  void forget(use_list::iterator it);
  void make_room(std::size_t bytes);
  void forget_expired(mono_time now);

  keeping_policy policy_;
  use_list by_use_; ///< the one used last first
  expiry_map by_expiry_;
  std::unordered_map<const question*, use_list::iterator, hash_behind, same_behind> known_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace spillway::answers
