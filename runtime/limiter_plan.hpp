#pragma once

#include "core/catalog.hpp"
#include "core/ids.hpp"
#include "core/rate/limits.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spillway::runtime {

/// Whose limits one limiter keeps: those of a model, or of all models of one group.
struct limiter_plan {
  model_id name;          ///< the model, or the group's name
  key_id key;             ///< under which the journal keeps its calls
  model_id journal_model; ///< empty: every model under `key`
  rate::limits limits;    ///< of a group the smallest of each
  std::vector<model_id> lanes; ///< the models that share it, in order
  std::size_t lane = 0;        ///< the model's place among them
};

/// One of a provider's keys.
struct credential {
  key_id id;        ///< "openai/default"
  std::string tier; ///< whose limits hold; empty: those of the provider's tier
};

/// The limiter that `model` draws on with a key. Models with equal `key` and `name` share one.
/// Requires: the key's tier is offered the model.
limiter_plan plan_limiter(const catalog& models, const model_entry& model, const credential& key);

} // namespace spillway::runtime
