#pragma once

#include "core/chat_delta.hpp"

#include <vector>

namespace spillway::simulator {

/// A reply as a model would write it: thoughts, then a few words at a time, then each call whole.
std::vector<chat_delta> pieces_of(const chat_reply& said);

} // namespace spillway::simulator
