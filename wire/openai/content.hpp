#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/request_options.hpp"

#include <string>
#include <string_view>

/// Internal to the sources of `wire/openai`: what a turn says, besides calls and thoughts.
namespace spillway::wire::openai {

/// Begins the `url` of a file that lies at OpenAI under an id of its own: no other vendor can read
/// it.
inline constexpr std::string_view stored_file_scheme = "openai-file:";

/// What becomes of parts that are none of text, image, audio and file: a caller must not lose any,
/// but a reply was paid for (Mistral puts references between the texts of one).
enum class other_parts { refused, skipped };

/// Reads a text or a list of parts into `message`. A list of one plain text is that text. Refusals
/// go to `refusal`, thoughts (Mistral sends them here) to `reasoning`.
void decode_content(const json_node& content, other_parts others, chat_message& message);

/// Makes a list of one plain text that text.
void unwrap_single_text(chat_message& message);

/// Takes "data:image/png;base64,AAAA" apart; any other URL is where the bytes lie.
void decode_url(const json_node& node, content_part& part);
std::string encode_url(const content_part& part);

/// `input_audio: {data, format}`
void decode_audio(const json_node& audio, content_part& part);

/// The content of a turn: a text if it is no more than one, else a list.
nlohmann::json encode_content(const chat_message& message, const request_options& options);

/// Null for a part of another dialect.
nlohmann::json encode_part(const content_part& part, const request_options& options);

/// A file that is plain text, as text under its name.
std::string text_of_file(const content_part& part);

/// The mark at a part, a tool or a turn, in either notation.
cache_mark decode_cache_mark(const json_node& node);

/// Adds the mark in the server's notation, if it has one.
void encode_cache_mark(cache_mark mark, const request_options& options, nlohmann::json& at);

} // namespace spillway::wire::openai
