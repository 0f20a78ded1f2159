#pragma once

#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <vector>

namespace spillway::config {

/// The keys that callers of the gateway may use; none: anybody may call.
/// Errors: a variable of `keys_env` is not set or empty; `listen` can be reached from other
/// machines and there is no key.
result<std::vector<secret>> read_gateway_keys(const gateway_settings& s,
                                              const environment& variables);

} // namespace spillway::config
