#pragma once

#include "config/gateway_keys.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"

#include <optional>

namespace spillway::runtime {

/// What a gateway needs besides its address.
struct gateway_needs {
  config::gateway_access access;
  std::optional<wall_time> certificate_end{}; ///< of its certificate; absent: no TLS
};

/// Looks at the keys of callers and operators, virtual ones beside the journal included, and at the
/// certificate. Changes nothing. Not for actors or I/O threads.
/// Errors: a gateway of these settings must not or cannot start.
result<gateway_needs> check_gateway(const config::settings& s,
                                    const config::environment& variables);

} // namespace spillway::runtime
