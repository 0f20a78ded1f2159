#pragma once

#include "core/ids.hpp"
#include "core/money/pricing.hpp"
#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// How a provider charges tokens against its per-minute window when a call arrives.
enum class token_charge {
  input_and_output_max, ///< prompt + the reply's hard bound (OpenAI's documented rule)
  input_only,           ///< prompt alone (Gemini)
};

/// One model of one provider, as configured for the tier in use.
struct model_entry {
  model_id id; ///< our name, unique in the catalog: "gpt-4o-mini"
  provider_id provider;
  std::string upstream_name; ///< the provider's name for it; usually the same
  token_count context_max;   ///< prompt and reply together
  token_count output_max;
  rate::limits limits; ///< of the tier in use
  /// Models of one provider with the same group draw on the same limits, as some vendors count a
  /// family or a project; empty: limits of its own.
  std::string limit_group = {};
  token_charge charged_as = token_charge::input_and_output_max;
  money::model_pricing pricing;
  std::vector<std::string> use_cases; ///< "code_review", "general", "budget" ...
};

/// The models of one runtime. Immutable once built; shared by actors.
class catalog {
public:
  catalog() = default;
  /// Requires: ids are unique.
  explicit catalog(std::vector<model_entry> models);

  /// Null if there is no such model.
  const model_entry* find(const model_id& id) const noexcept;
  /// The entry of a model as replies name it: by the provider's name, or by that without the date
  /// of its snapshot ("gpt-4o-2024-08-06"). Null if there is none.
  const model_entry* find_reported(std::string_view name) const;
  const std::vector<model_entry>& models() const noexcept { return models_; }
  /// The entry whose id is nearest to `name`, for error messages; null if none is near.
  const model_entry* nearest(std::string_view name) const;

private:
  std::vector<model_entry> models_; ///< sorted by id
};

/// The candidate nearest to `name` by edit distance, if near enough to be what was meant.
/// Empty if none is.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

} // namespace spillway
