#pragma once

#include "core/context/strategy.hpp"
#include "core/ids.hpp"
#include "core/model_answer.hpp"
#include "core/routing/ranking.hpp"
#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

/// Answers that are kept for who asks the same again.
namespace spillway::answers {

/// All that an answer depends on. Two questions are the same if every part is: no digest stands for
/// a text, so no two of them can be taken for each other.
struct question {
  std::vector<std::string> tenant; ///< whose answers these are; shared by all if empty
  std::string target;              ///< a model or a route
  std::vector<model_id> models;    ///< what the target stands for
  std::string task_type;
  routing::preference quality{};
  std::optional<double> quality_floor{};
  bool allow_fallback = true;
  std::optional<context::strategy> strategy{};
  std::shared_ptr<const chat_request> chat{}; ///< or
  std::shared_ptr<const embedding_request> embedding{};
};

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
};

/// Answers by their questions: the ones used longest ago make room, and each is forgotten after its
/// time. Owned by one actor. Not thread-safe. Every `now` must not be before an earlier one.
class kept_answers {
public:
  explicit kept_answers(keeping_policy policy) : policy_{policy} {}

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
  struct question_hash {
    std::size_t operator()(const question* q) const noexcept;
  };
  struct same_question {
    bool operator()(const question* a, const question* b) const noexcept;
  };

  void forget(use_list::iterator it);
  void forget_expired(mono_time now);

  keeping_policy policy_;
  use_list by_use_; ///< the one used last first
  expiry_map by_expiry_;
  std::unordered_map<const question*, use_list::iterator, question_hash, same_question> known_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

} // namespace spillway::answers
