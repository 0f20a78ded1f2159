#pragma once

#include "core/chat.hpp"
#include "core/units.hpp"

#include <string>
#include <vector>

namespace spillway::simulator {

/// A reply as the vendor streams it, an event an element as it stands on the wire: role, about a
/// token a chunk, finish, usage if wanted, end mark.
/// Source: openai-openapi 2.3.0 and recorded streams, 2025-07 to 2026-04.
std::vector<std::string> chat_chunks(const chat_reply& said, wall_time created,
                                     bool include_usage);

/// The event of an error after a stream has begun.
std::string error_chunk();

} // namespace spillway::simulator
