#pragma once

#include "core/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

enum class chat_role { system, developer, user, assistant, tool };

/// Fields of a caller's body that the type they stand in does not model: they go along to a target
/// that speaks the dialect they came in, and to no other.
struct foreign_fields {
  std::string dialect; ///< "openai", "anthropic", "gemini"
  /// One object; empty: none. A name with dots leads into a field that is modelled, and goes along
  /// where that is sent: {"verbosity": "low", "response_format.json_schema.description": "x"}
  std::string json;
  friend bool operator==(const foreign_fields&, const foreign_fields&) = default;
};

/// A call the model asks for. `arguments_json` is the text the model produced: usually one JSON
/// object, but unchecked.
struct tool_call {
  std::string id;
  std::string name;
  std::string arguments_json;
  /// What the vendor wants back unread with this call in the next turn (Gemini's thoughtSignature,
  /// base64); empty: nothing.
  std::string signature{};
  foreign_fields foreign{};
  friend bool operator==(const tool_call&, const tool_call&) = default;
};

/// How long a vendor is asked to keep the prompt up to here in its cache. Those whose caches need
/// no marks ignore it.
enum class cache_mark { none, five_minutes, one_hour };

/// A piece of a turn that is not plain text alone.
struct content_part {
  /// `foreign`: a piece that this type does not model. It goes along to a target that speaks the
  /// dialect it came in, and to no other.
  enum class kind { text, image, audio, file, foreign };
  kind what = kind::text;
  std::string text{};        ///< of a text, or of a file that is plain text; JSON if foreign
  std::string url{};         ///< where an image or file lies; empty if its bytes are here
  std::string data_base64{}; ///< its bytes
  std::string media_type{};  ///< "image/png", "audio/wav"; empty: not said
  std::string name{};        ///< of a file; the dialect if foreign
  std::string detail{};      ///< of an image: "low", "high", "auto"; empty: not said
  cache_mark cache = cache_mark::none;
  foreign_fields foreign{}; ///< but none of a `foreign` part, whose text has all
  friend bool operator==(const content_part&, const content_part&) = default;
};

/// What a model thought before it answered. Goes back unchanged to the vendor it came from, which
/// checks `signature`; others never see it.
struct reasoning_block {
  std::string text;            ///< or the summary the vendor shows
  std::string signature{};     ///< opaque
  std::string redacted_data{}; ///< instead of text: thoughts the vendor encrypted
  std::string dialect{};       ///< whose they are: "anthropic", "gemini", "openai"; empty: unknown
  std::string model{};         ///< that thought it, as it reported itself; empty: not known
  /// Where it stood: bytes of the turn's text and tool calls that came before it.
  std::size_t text_before = 0;
  std::size_t calls_before = 0;
  friend bool operator==(const reasoning_block&, const reasoning_block&) = default;
};

/// One turn. Its content is `text`, or `parts` if there are any; then `text` is empty.
/// `reasoning` and `tool_calls` only on assistant turns, `tool_call_id` and `is_error` only on tool
/// turns.
struct chat_message {
  chat_role role = chat_role::user;
  std::string text;
  std::string name;
  std::vector<tool_call> tool_calls;
  std::string tool_call_id;
  std::vector<content_part> parts{};
  std::vector<reasoning_block> reasoning{};
  bool is_error = false;               ///< the tool failed
  cache_mark cache = cache_mark::none; ///< at the end of the turn
  std::string refusal{};               ///< of an assistant that declined in an earlier turn
  foreign_fields foreign{};
  friend bool operator==(const chat_message&, const chat_message&) = default;
};

/// All text of a turn, that of its parts joined by newlines.
std::string plain_text(const chat_message& message);

/// A function the model may call. `parameters_json` is a JSON Schema object, empty for no
/// parameters.
struct tool_definition {
  std::string name;
  std::string description;
  std::string parameters_json;
  std::optional<bool> strict{}; ///< arguments must satisfy the schema; absent: not said
  cache_mark cache = cache_mark::none;
  foreign_fields foreign{};
  friend bool operator==(const tool_definition&, const tool_definition&) = default;
};

enum class tool_choice_mode { automatic, none, required, named };

struct tool_choice {
  tool_choice_mode mode = tool_choice_mode::automatic;
  std::string name; ///< only with `named`
  /// With `automatic` and `required`: only these of the tools; empty: any of them.
  std::vector<std::string> allowed{};
  friend bool operator==(const tool_choice&, const tool_choice&) = default;
};

/// How soon a vendor serves a call, which sets its price: in a batch within a day, as capacity
/// allows, as usual, or first.
enum class service_tier { standard, batch, flex, priority };

/// How long to think before answering. Absent levels of a vendor are taken as the nearest.
enum class reasoning_effort { none, minimal, low, medium, high, xhigh, max };

/// What a caller asks of a model, in no vendor's dialect. The model itself is named beside it,
/// since the router may choose another.
struct chat_request {
  std::vector<chat_message> messages;
  std::vector<tool_definition> tools;
  std::optional<tool_choice> choice;
  std::optional<bool> parallel_tool_calls;
  std::optional<token_count> output_tokens_max; ///< hard bound on the reply, reasoning included
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::string response_schema_json; ///< JSON Schema the reply must satisfy; empty for free text
  service_tier tier = service_tier::standard; ///< asked for; flex and priority, where offered
  std::string response_schema_name{};
  std::optional<bool> response_schema_strict{}; ///< absent: strict wherever the schema allows it
  std::optional<reasoning_effort> effort{};
  std::optional<token_count> reasoning_tokens_max{}; ///< of vendors that take a number instead
  bool show_reasoning = false; ///< ask for the thoughts, or their summary, where they are opt-in
  std::optional<std::int64_t> top_k{};
  std::optional<double> presence_penalty{};
  std::optional<double> frequency_penalty{};
  int choices = 1; ///< answers wanted; each is billed
  std::optional<bool> logprobs{};
  std::optional<int> top_logprobs{};
  std::string user{}; ///< the caller's name for its end user, as vendors ask for it
  foreign_fields foreign{};
  friend bool operator==(const chat_request&, const chat_request&) = default;
};

/// Token usage in one shape for all vendors. The parts lie inside the totals: `cached_input`,
/// `cache_write` and `audio_input` within `input`, `reasoning` and `audio_output` within `output`.
struct token_usage {
  token_count input;
  token_count cached_input;
  token_count cache_write;
  token_count output;
  token_count reasoning;
  bool estimated = false;       ///< the vendor sent none, or the call was cut: our own count
  token_count cache_write_1h{}; ///< the part of `cache_write` that is kept for an hour
  token_count audio_input{};
  token_count audio_output{};
  service_tier tier = service_tier::standard; ///< that the vendor served and bills

  token_count total() const { return input + output; }
  friend bool operator==(const token_usage&, const token_usage&) = default;
};

enum class finish_reason { stop, length, tool_calls, content_filter };

/// One of several answers to one request.
struct chat_choice {
  chat_message message; ///< role assistant
  std::string refusal;
  finish_reason finish = finish_reason::stop;
  std::string finish_native{}; ///< the vendor's own word for `finish`
  std::string logprobs_json{};
};

/// What a model answered, in no vendor's dialect. The first answer stands in the reply itself.
struct chat_reply {
  chat_message message; ///< role assistant
  std::string refusal;
  finish_reason finish = finish_reason::stop;
  std::string finish_native;  ///< the vendor's own word for `finish`
  std::string model_reported; ///< the snapshot that answered, for pricing: "gpt-4o-2024-08-06"
  std::string provider_request_id;
  token_usage usage;
  std::string logprobs_json{};              ///< the vendor's object, if asked for
  std::vector<chat_choice> alternatives{};  ///< the other answers, if more than one was asked for
};

const char* to_string(chat_role role) noexcept;
const char* to_string(finish_reason reason) noexcept;
const char* to_string(service_tier tier) noexcept; ///< "standard", "batch", "flex", "priority"
const char* to_string(reasoning_effort effort) noexcept; ///< "none" ... "max"
std::optional<reasoning_effort> parse_reasoning_effort(std::string_view name) noexcept;

} // namespace spillway
