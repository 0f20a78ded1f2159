#pragma once

#include "config/schema.hpp"
#include "core/result.hpp"
#include "examples/04_many_agents/command_line.hpp"

/// Limits of a small account, tight enough that six agents have to wait and to fall back.
spillway::result<spillway::config::settings> review_settings(const command_line& c);
