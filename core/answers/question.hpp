#pragma once

#include "core/context/strategy.hpp"
#include "core/ids.hpp"
#include "core/model_answer.hpp"
#include "core/routing/ranking.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

/// True if every part is the same, however long.
bool same_question(const question& a, const question& b);

/// Over what tells most questions apart. Of the same questions it is the same.
std::size_t hash_of(const question& q);

} // namespace spillway::answers
