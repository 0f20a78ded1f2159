#pragma once

#include "core/chat.hpp"

#include <string_view>

/// Internal to the sources of `wire/openai`.
namespace spillway::wire::openai {

/// A stop with tool calls is `tool_calls`; an unknown or missing reason is a stop.
finish_reason finish_of(std::string_view native, bool calls_tools);

} // namespace spillway::wire::openai
