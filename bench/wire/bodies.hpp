#pragma once

#include "core/chat.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// Conversations and provider bodies of a size, for measuring codecs.
namespace spillway::bench {

/// A request as an agent sends it: instructions, a tool, turns of text of about `bytes` in all.
chat_request conversation(std::size_t bytes);

/// A reply of `bytes` of text, as the provider sends it.
std::string reply_body(std::string_view dialect, std::size_t bytes);

/// A stream of `chunks` pieces of text of about a token each.
std::string stream_body(std::string_view dialect, std::size_t chunks);

} // namespace spillway::bench
