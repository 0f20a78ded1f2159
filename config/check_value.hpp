#pragma once

#include "config/document.hpp"
#include "config/keys.hpp"

#include <string>

namespace spillway::config {

/// What keeps `n` from being a value of `spec`, and what is allowed; empty if nothing does.
/// Never repeats a text of the file: it may be a secret in the wrong place.
std::string complaint_about(const node& n, const key_spec& spec);

} // namespace spillway::config
