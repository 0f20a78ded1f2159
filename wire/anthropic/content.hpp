#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Internal to the sources of `wire/anthropic`: content blocks, as they stand in requests and
/// replies alike.
namespace spillway::wire::anthropic {

inline constexpr std::string_view dialect = "anthropic";

/// `foreign_fields` have no place for headers: this one stands among them under its name.
inline constexpr const char* beta_header = "anthropic-beta";

/// The name of the tool that stands in for structured output where a model has none: its input is
/// the answer.
inline constexpr std::string_view reply_tool = "spillway_reply";

/// True if there is nothing but white space: the vendor refuses such text.
bool is_blank(std::string_view text);

/// The vendor takes ids of letters, digits, "_" and "-" alone. Other characters become their
/// hexadecimal code, the same for a call and its result.
std::string encode_tool_id(std::string_view id);

nlohmann::json text_block(std::string_view text);
void mark_cache(nlohmann::json& block, cache_mark mark);

/// One block; null for a part that this dialect has no block for and a text that is blank. Audio
/// becomes a block that the vendor refuses by its name.
nlohmann::json encode_part(const content_part& part);

/// The blocks of a turn's `text` or `parts`.
nlohmann::json encode_content(const chat_message& message);

nlohmann::json encode_tool_use(const tool_call& call);

nlohmann::json encode_reasoning(const reasoning_block& block);

/// A text for one plain text, else blocks.
nlohmann::json encode_tool_result(const chat_message& message);

cache_mark decode_cache(const json_node& block);

/// A text, image, document or, as `foreign`, any other block.
content_part decode_part(const json_node& block);

tool_call decode_tool_use(const json_node& block);

/// Of a `thinking` or `redacted_thinking` block.
reasoning_block decode_reasoning(const json_node& block);

} // namespace spillway::wire::anthropic
