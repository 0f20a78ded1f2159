#pragma once

#include "wire/foreign_rule.hpp"

#include <string_view>

namespace spillway::wire::openai {

/// The dialect of `foreign_fields` that all of these servers speak.
inline constexpr std::string_view chat_dialect = "openai";

/// How a server of this dialect wants the thoughts of earlier turns back.
enum class reasoning_return {
  never,
  as_content,    ///< `reasoning_content`, and with tool calls always, if only empty
  as_details,    ///< `reasoning_details`, with their signatures
};

/// How a server of this dialect is told where its cache is to end.
enum class cache_notation {
  none,
  breakpoint, ///< `prompt_cache_breakpoint`, OpenAI's own since gpt-5.6
  control,    ///< `cache_control`, as Anthropic has it
};

/// How thinking is asked for.
enum class effort_notation {
  none,
  field,  ///< `reasoning_effort`
  object, ///< `reasoning: {effort, max_tokens, exclude}`
};

/// How structured output is asked for.
enum class schema_notation {
  json_schema,
  json_object, ///< any object: the schema itself is told as an instruction
};

/// Where servers of this dialect differ.
struct request_options {
  bool max_completion_tokens = true; ///< false: the older field `max_tokens`
  bool developer_role = false;       ///< true: system turns are sent as developer turns, else the
                                     ///< other way round
  bool stream = false; ///< of one call: the answer comes as chunks, the last one tells its usage
  bool sampling = true;       ///< false: a reasoning model, which refuses temperature and its like
  bool usage_option = true;   ///< false: streams tell usage unasked, and the option is refused
  bool top_k = false;         ///< takes `top_k`
  bool user = true;           ///< takes `user`
  bool names = true;          ///< takes the name of a turn's speaker
  bool logprobs = true;       ///< takes `logprobs` and `top_logprobs`
  bool refusal_field = false; ///< takes an assistant's `refusal`, else it is sent as its content
  bool thought_signatures = false; ///< takes `extra_content.google.thought_signature`
  bool short_call_ids = false;     ///< takes ids of tool calls of nine letters and digits only
  const char* seed_field = "seed";
  effort_notation effort = effort_notation::field;
  reasoning_return reasoning = reasoning_return::never;
  cache_notation cache = cache_notation::none;
  schema_notation schema = schema_notation::json_schema;
  foreign_rule foreign{};
};

} // namespace spillway::wire::openai
