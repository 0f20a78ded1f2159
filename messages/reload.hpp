#pragma once

#include "messages/type_ids.hpp"

#include <caf/typed_actor.hpp>

#include <string>
#include <vector>

namespace spillway {

/// Command to the reloader: read the configuration again and let new requests use it.
struct reload_configuration {};

/// What a request may name, and whose it is.
struct callable_name {
  std::string name;
  std::string owner; ///< a provider, or "spillway" for a route
};

/// What came of it, in the words of the configuration.
struct reload_report {
  std::string refused; ///< why nothing has changed; empty: it was taken over
  std::vector<std::string> applied; ///< that are others now: "routes", "budget.rules"
  std::vector<std::string> after_restart; ///< others, too, but only once the process starts again
  std::vector<std::string> warnings; ///< what is odd but allowed
  std::vector<callable_name> names;  ///< models, then routes
};

/// Knows the configuration in use. Detached, because it reads files.
using reloader_actor =
    caf::typed_actor<caf::replies_to<reload_configuration>::with<reload_report>>;

} // namespace spillway

SPILLWAY_MESSAGE(spillway::reload_configuration)
SPILLWAY_MESSAGE(spillway::reload_report)
