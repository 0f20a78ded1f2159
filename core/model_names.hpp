#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// Finds the model that a name means: in requests, which may name a snapshot, and in replies, which
/// nearly always do. An alias that ends in `*` stands for every name that begins so.
///
/// Owned by the catalog; immutable once it is filled.
class model_names {
public:
  /// Adds a name or a pattern of the model at `index`. The first one that has a name keeps it.
  void add(std::string_view name, std::size_t index);

  /// The model of exactly this name, else of the longest name of which this is a dated snapshot
  /// ("gpt-4o-2024-08-06" of "gpt-4o") or that is declared as its beginning. A name that merely
  /// begins like another ("gpt-4o-mini") is not one of its snapshots.
  std::optional<std::size_t> find(std::string_view name) const;

private:
  std::map<std::string, std::size_t, std::less<>> exact_;
  std::vector<std::pair<std::string, std::size_t>> beginnings_;
};

/// `name` without the date or `-latest` at its end; all of it if it has none. Dates as the vendors
/// write them: -2024-08-06, -20250929, -0613, -09-2025, @20250929.
std::string_view without_date(std::string_view name) noexcept;

} // namespace spillway
