#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Internal to the sources of `wire/`: JSON written and mended as text, where a document in between
/// would cost more than all the rest.
namespace spillway::wire {

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

void append_json_integer(std::string& out, std::int64_t number);
void append_json_integer(std::string& out, std::uint64_t number);

/// `json` with what a tokenizer's cuts leave behind, halves of a surrogate pair and bytes that are
/// not UTF-8, replaced by U+FFFD. Some servers send such; no parser takes it.
std::string mended_json(std::string_view json);

} // namespace spillway::wire
