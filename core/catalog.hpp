#pragma once

#include "core/capabilities.hpp"
#include "core/ids.hpp"
#include "core/model_names.hpp"
#include "core/money/pricing.hpp"
#include "core/rate/limits.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// How a provider charges tokens against its per-minute window when a call arrives.
enum class token_charge {
  input_and_output_max, ///< prompt + the reply's hard bound (OpenAI's documented rule)
  input_only,           ///< prompt alone (Gemini)
};

/// Where a model stands between its preview and its end.
struct lifecycle {
  bool preview = false;
  std::optional<wall_time> deprecated{}; ///< when its end was announced
  std::optional<wall_time> retired{};    ///< from when on it is served no more
  std::string successor{};               ///< what the vendor says to use instead

  friend bool operator==(const lifecycle&, const lifecycle&) = default;
};

enum class life_stage { preview, active, deprecated, retired };

life_stage stage_of(const lifecycle& life, wall_time now) noexcept;
const char* to_string(life_stage stage) noexcept;

/// The limits of one tier of a model.
struct tier_limits {
  std::string tier;
  rate::limits limits;
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
  std::vector<tier_limits> tiers{};   ///< of every tier that is offered the model
  bool any_tier = true;               ///< tiers that are not listed are offered it too
  capabilities can{};
  std::optional<token_count> input_max{}; ///< of the prompt alone; absent: the context
  /// Other names of it, for requests and for what replies call it; one that ends in `*` stands for
  /// all that begin so. Dated snapshots need none.
  std::vector<std::string> aliases{};
  lifecycle life{};

  /// The limits of a credential of `tier`, empty for the tier in use. Null: it is not offered the
  /// model.
  const rate::limits* limits_of(std::string_view tier) const noexcept;
};

/// The models of one runtime. Immutable once built; shared by actors.
class catalog {
public:
  catalog() = default;
  /// Requires: ids are unique.
  explicit catalog(std::vector<model_entry> models);

  /// Null if there is no such model.
  const model_entry* find(const model_id& id) const noexcept;
  const std::vector<model_entry>& models() const noexcept { return models_; }
  /// The entry whose id is nearest to `name`, for error messages; null if none is near.
  const model_entry* nearest(std::string_view name) const;

  /// The model that `name` means: its id, an alias, the provider's name for it, or a dated snapshot
  /// of one of these. Null if none.
  const model_entry* resolve(std::string_view name) const;

  /// The model whose prices hold for a reply that calls itself `reported` to a call of `called`: a
  /// snapshot may have prices of its own. `called` if the name is not known at its provider.
  const model_entry& billed_as(const model_entry& called, std::string_view reported) const;

private:
  std::vector<model_entry> models_; ///< sorted by id
  model_names names_;
};

/// The candidate nearest to `name` by edit distance, if near enough to be what was meant.
/// Empty if none is.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

} // namespace spillway
