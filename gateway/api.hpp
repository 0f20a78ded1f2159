#pragma once

#include "core/result.hpp"
#include "gateway/refusal.hpp"
#include "gateway/stream_encoder.hpp"
#include "messages/completion.hpp"
#include "wire/http_message.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spillway::gateway {

/// What a caller asked for.
struct chat_call {
  run_completion request; ///< without an id
  bool stream = false;
  bool include_usage = false; ///< with `stream`, where the API leaves it to the caller
  bool base64 = false;        ///< how vectors are wanted
  std::vector<std::pair<std::string, std::string>> metadata{}; ///< that its reply repeats
  std::vector<std::string> unread{}; ///< what of its body nobody reads: left out of every call
};

/// One of the APIs that callers may speak: its requests, replies, streams, refusals. Immutable and
/// without state; all instances live as long as the program.
class api {
public:
  virtual ~api() = default;

  /// Errors: the body or a header makes no sense, named by its path.
  virtual result<chat_call> read(const wire::http_request& request) const = 0;

  /// The name a caller sees of a completion, in its body and in x-spillway-request-id.
  virtual std::string name_of(request_id id) const = 0;

  /// The body of a whole reply to `call`. Requires: `m` is answered.
  virtual std::string encode(const completion_reply& m, const chat_call& call,
                             wall_time now) const = 0;

  /// Requires: `call.stream`.
  virtual std::shared_ptr<stream_encoder> make_stream(const chat_call& call) const = 0;

  virtual wire::http_response refuse(const refusal& r) const = 0;
};

/// OpenAI's POST /v1/chat/completions.
const api& chat_completions_api();
/// OpenAI's POST /v1/embeddings.
const api& embeddings_api();
/// OpenAI's POST /v1/responses, of which nothing is kept.
const api& responses_api();
/// Anthropic's POST /v1/messages.
const api& messages_api();

/// Which header names a reply.
inline constexpr const char* request_name_header = "x-spillway-request-id";

/// Names a reply, also where OpenAI's and Anthropic's own clients look for it.
/// Source: openai-python and anthropic-sdk-python, `_request_id` (2026-11).
void add_request_name(wire::http_headers& headers, const std::string& name);

/// Tells what became of the wish for a kept answer: x-spillway-cache, unless there was none.
void add_cache_header(wire::http_headers& headers, answers::cache_outcome what);

/// x-spillway-left-out: what was asked for and no call says. None if there is nothing.
void add_left_out_header(wire::http_headers& headers, const std::vector<std::string>& names);

/// x-spillway-tried, the candidates in the order in which they were tried, each with what became of
/// it: "gpt-4o-mini=no_room, gemini-2.5-flash-lite=answered". None if there is none.
void add_tried_header(wire::http_headers& headers, const std::vector<routing::tried_model>& tried);

/// x-spillway-context and -context-note, if the prompt was too long.
void add_context_headers(wire::http_headers& headers, const context::note& prompt);

/// What calls whose end nobody knows may have cost, beside `m.cost`: budgets hold it.
nano_usd held_for(const completion_reply& m);

/// x-spillway-waited-ms: for room, and in pauses.
void add_wait_header(wire::http_headers& headers, duration waited);

/// What every reply to a completion tells in its headers: x-spillway-request-id, -model, -tried,
/// -cost-usd, -input-tokens, -output-tokens, -waited-ms, -attempts and -budget-left-usd; -context
/// if the prompt was too long, -cache if a kept answer would have done, -held-usd if calls failed
/// in a way that may cost something, -left-out if the request had something that no call could say.
void add_spillway_headers(wire::http_headers& headers, const completion_reply& m,
                          const chat_call& call, const std::string& name);

/// The whole reply, refusals included.
wire::http_response to_response(const completion_reply& m, const chat_call& call, const api& spoken,
                                wall_time now);

} // namespace spillway::gateway
