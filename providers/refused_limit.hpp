#pragma once

#include "core/rate/limits.hpp"

#include <optional>
#include <string_view>

/// Internal to `providers/failure`.
namespace spillway::providers {

/// Which limit a refusal names. `type` is the error's own word, `message` its text with Google's
/// details. Of several limits the longest counts: only it says when the call can succeed. Absent:
/// none is named.
std::optional<rate::dimension> refused_limit(std::string_view type, std::string_view message);

} // namespace spillway::providers
