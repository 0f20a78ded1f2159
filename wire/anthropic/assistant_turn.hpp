#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <string_view>

/// Internal to the sources of `wire/anthropic`.
namespace spillway::wire::anthropic {

/// The blocks of one assistant's turn in the order in which they came. `asked`: the model that is
/// to read them, which gets back only thoughts of its own, signed; empty for a caller, who gets
/// all.
nlohmann::json encode_assistant(const chat_message& message, std::string_view asked);

} // namespace spillway::wire::anthropic
