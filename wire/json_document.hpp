#pragma once

#include "core/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

/// Internal to the sources of `wire/`: between a document and its text. Do not include it from a
/// header.
namespace spillway::wire {

/// Parses one document. Errors: not JSON, with the byte where it ends making sense; nested deeper
/// than `bounds::json_depth_max`. The text itself never enters a message: it may be a prompt.
result<nlohmann::json> parse_json(std::string_view text);

/// Likewise for what a provider sent, which is mended if no parser takes it as it is
/// (`mended_json`): a reply was paid for.
result<nlohmann::json> parse_reply_json(std::string_view text);

/// Compact text. Bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const nlohmann::json& value);

/// Likewise, with members in the order in which they were set: for what people read too.
std::string dump_in_order(const nlohmann::ordered_json& value);

} // namespace spillway::wire
