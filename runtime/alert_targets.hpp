#pragma once

#include "actors/alert_courier.hpp"
#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "core/result.hpp"
#include "runtime/wiring.hpp"
#include "wire/langfuse/otlp.hpp"

#include <string>

namespace spillway::runtime {

/// What the courier of one target needs, but for whom to tell, the clock and the seed.
/// Requires: `secrets` are those of `settings`. Errors: an unusable CA file.
result<actors::alert_courier_options> courier_for(const config::alert_target_settings& target,
                                                  const config::settings& settings,
                                                  const config::secrets& secrets,
                                                  const http_client_factory& make_http);

/// Where and how to speak to Langfuse. Requires: its keys are there.
struct langfuse_access {
  transport::http_endpoint endpoint;
  std::string target; ///< of exports
  wire::http_headers headers;
  wire::langfuse::trace_resource resource;
};
langfuse_access langfuse_access_of(const config::langfuse_settings& l,
                                   const config::langfuse_keys& keys);

} // namespace spillway::runtime
