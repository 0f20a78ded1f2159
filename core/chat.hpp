#pragma once

#include "core/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway {

enum class chat_role { system, developer, user, assistant, tool };

/// A call the model asks for. `arguments_json` is the text the model produced: usually one JSON
/// object, but unchecked.
struct tool_call {
  std::string id;
  std::string name;
  std::string arguments_json;
  friend bool operator==(const tool_call&, const tool_call&) = default;
};

/// One turn. `tool_calls` only on assistant turns, `tool_call_id` only on tool turns.
struct chat_message {
  chat_role role = chat_role::user;
  std::string text;
  std::string name;
  std::vector<tool_call> tool_calls;
  std::string tool_call_id;
  friend bool operator==(const chat_message&, const chat_message&) = default;
};

/// A function the model may call. `parameters_json` is a JSON Schema object, empty for no
/// parameters.
struct tool_definition {
  std::string name;
  std::string description;
  std::string parameters_json;
  friend bool operator==(const tool_definition&, const tool_definition&) = default;
};

enum class tool_choice_mode { automatic, none, required, named };

struct tool_choice {
  tool_choice_mode mode = tool_choice_mode::automatic;
  std::string name; ///< only with `named`
  friend bool operator==(const tool_choice&, const tool_choice&) = default;
};

/// How soon a vendor serves a call, which sets its price: in a batch within a day, as capacity
/// allows, as usual, or first.
enum class service_tier { standard, batch, flex, priority };

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

/// What a model answered, in no vendor's dialect.
struct chat_reply {
  chat_message message; ///< role assistant
  std::string refusal;
  finish_reason finish = finish_reason::stop;
  std::string finish_native;  ///< the vendor's own word for `finish`
  std::string model_reported; ///< the snapshot that answered, for pricing: "gpt-4o-2024-08-06"
  std::string provider_request_id;
  token_usage usage;
};

const char* to_string(chat_role role) noexcept;
const char* to_string(finish_reason reason) noexcept;
const char* to_string(service_tier tier) noexcept; ///< "standard", "batch", "flex", "priority"

} // namespace spillway
