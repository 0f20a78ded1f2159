#pragma once

#include "core/catalog.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a public list of models says, and what of it is news to a catalog.
namespace spillway::catalog_update {

/// US dollars per million tokens, as a list has them: unchecked. An absent price is not listed.
struct listed_rates {
  std::optional<double> input;
  std::optional<double> output;
  std::optional<double> cached_input{};
  std::optional<double> cache_write{};
  std::optional<double> cache_write_1h{};
  std::optional<double> audio_input{};
  std::optional<double> audio_output{};
  std::optional<double> reasoning{};
};

/// Rates of prompts above a size, for the whole request.
struct listed_tier {
  std::int64_t above_input = 0;
  listed_rates rates;
};

/// One model of a list. What a list does not say is absent.
struct listed_model {
  std::string provider; ///< as our configuration names it
  std::string name;
  std::optional<model_kind> kind{};
  std::optional<std::int64_t> context{};
  std::optional<std::int64_t> input_max{};
  std::optional<std::int64_t> output_max{};
  listed_rates rates{};
  std::vector<listed_tier> tiers{}; ///< ascending
  std::optional<double> batch_factor{};
  std::optional<double> flex_factor{};
  std::optional<double> priority_factor{};
  std::vector<modality> input{};
  std::optional<bool> tools{};
  std::optional<bool> json_schema{};
  std::optional<bool> reasoning{};
  std::optional<bool> temperature{};
  std::optional<wall_time> retired{};
};

/// One value that differs: "input $2.5 -> $2".
struct changed_value {
  std::string what; ///< "price input", "context", "tools" ...
  std::string before;
  std::string after;
};

/// A model with what is new about it.
struct changed_model {
  model_entry now;                   ///< with the list's values laid over the catalog's
  std::vector<changed_value> values; ///< not empty
  bool price = false;                ///< whether its price is among them
};

/// A model whose listing makes no sense, and why.
struct refused_model {
  std::string name;
  std::string why;
};

struct difference {
  std::vector<model_entry> added;
  std::vector<changed_model> changed;
  std::vector<model_id> removed; ///< of the list's providers, but not on the list
  std::vector<refused_model> refused;

  bool empty() const noexcept { return added.empty() && changed.empty(); }
};

/// What `list` says that `models` does not know, for the providers of `models` alone. New prices
/// hold from `today` (midnight UTC); a listing without prices changes none. Models of our own names
/// are compared with what the list says of their upstream name.
///
/// Refused by name: prices that nobody charges (above $10,000 or below $0.0005 per million tokens:
/// a mistake of the unit), a hundred times dearer or cheaper than before, or cached tokens dearer
/// than others; sizes that contradict each other; chat models without sizes.
difference compare(const std::vector<model_entry>& models, const std::vector<listed_model>& list,
                   wall_time today);

/// The difference for people: added, changed with old and new values, removed, refused with reasons.
std::string to_text(const difference& news);

} // namespace spillway::catalog_update
