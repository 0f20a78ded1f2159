#pragma once

#include "core/chat.hpp"
#include "wire/json_reader.hpp"

#include <optional>
#include <string>

/// Internal to the sources of `wire/gemini`: the parts that contents are made of, in requests and
/// replies alike.
/// Source: https://ai.google.dev/api/caching#Part (2026-10).
namespace spillway::wire::gemini {

/// What a tool told. `call_id` is empty if the part names none.
struct tool_result {
  std::string call_id;
  std::string name;
  std::string text;
  bool is_error = false;
  std::vector<content_part> media{};
};

/// One part; at most one of its kinds of content is there.
struct decoded_part {
  std::string text{}; ///< of an answer or a thought; code that ran, fenced
  bool is_thought = false;
  std::optional<content_part> media{};
  std::optional<tool_call> call{}; ///< with the id the vendor gave, or none
  std::optional<tool_result> result{};
  std::string signature{};
};

decoded_part decode_part(const json_node& part);

/// Faults what a caller's part has that we do not know.
void check_part(const json_node& part);

nlohmann::json encode_text(const std::string& text);
/// Bytes in place, or where they lie; a file that is plain text as text under its name. Null for a
/// part of another dialect.
nlohmann::json encode_media(const content_part& part);
nlohmann::json encode_call(const tool_call& call);
/// `name` is the tool's, `with_media` true if the model takes media in a tool's result.
nlohmann::json encode_result(const chat_message& message, const std::string& name,
                             bool with_media);

} // namespace spillway::wire::gemini
