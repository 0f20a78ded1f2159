#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace spillway {

/// A number that names one thing; ids of different things do not mix. Zero means "none".
template <class Tag>
struct numeric_id {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(numeric_id, numeric_id) noexcept = default;
  constexpr explicit operator bool() const noexcept { return value != 0; }
};

/// A name that identifies one thing; names of different things do not mix. Empty means "none".
template <class Tag>
struct named_id {
  std::string value;
  friend auto operator<=>(const named_id&, const named_id&) = default;
  bool empty() const noexcept { return value.empty(); }
};

/// One completion asked of the router; unique within a runtime and across its restarts.
using request_id = numeric_id<struct request_tag>;
/// One attempt's hold on a limiter's windows; unique like `request_id`.
using lease_id = numeric_id<struct lease_tag>;
/// One attempt's hold on the budget; unique like `request_id`.
using reservation_id = numeric_id<struct reservation_tag>;

/// A model as the catalog names it: "gpt-4o-mini".
using model_id = named_id<struct model_tag>;
/// An upstream as the configuration names it: "openai".
using provider_id = named_id<struct provider_tag>;
/// A credential's configured name, never the secret itself: "openai/default".
using key_id = named_id<struct key_tag>;

} // namespace spillway

template <class Tag>
struct std::hash<spillway::numeric_id<Tag>> {
  std::size_t operator()(spillway::numeric_id<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};

template <class Tag>
struct std::hash<spillway::named_id<Tag>> {
  std::size_t operator()(const spillway::named_id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
