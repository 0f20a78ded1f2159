#pragma once

#include "core/catalog.hpp"
#include "core/ids.hpp"
#include "core/rate/limits.hpp"

namespace spillway::runtime {

/// Whose limits one limiter keeps: those of a model, or of all models of one group.
struct limiter_plan {
  model_id name;          ///< the model, or the group's name
  key_id key;             ///< under which the journal keeps its calls
  model_id journal_model; ///< empty: every model under `key`
  rate::limits limits;    ///< of a group the smallest of each
};

/// The limiter that `model` draws on. Models with equal `key` and `name` share one.
limiter_plan plan_limiter(const catalog& models, const model_entry& model);

} // namespace spillway::runtime
