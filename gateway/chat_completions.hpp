#pragma once

#include "core/result.hpp"
#include "messages/completion.hpp"
#include "wire/http_message.hpp"

#include <string>

/// POST /v1/chat/completions, between HTTP and messages.
namespace spillway::gateway {

/// What a caller asked for.
struct chat_call {
  run_completion request; ///< without an id
  bool stream = false;
  bool include_usage = false; ///< with `stream`
};

/// Reads a request. Beside the body, these headers count: x-spillway-team, -user, -session, -run,
/// -trace and -tags (comma-separated) label the call, -deadline-ms bounds it, and -fallback: false
/// keeps it to its first model. Fields of the body that we do not know are ignored. Errors: the
/// body or a header makes no sense, named by its path.
result<chat_call> read_chat_call(const wire::http_request& request);

/// The name a caller sees of a completion, in its body and in x-spillway-request-id.
std::string completion_name(request_id id);

/// What every reply to a completion tells in its headers: x-spillway-request-id, -model, -cost-usd,
/// -waited-ms and -attempts.
void add_spillway_headers(wire::http_headers& headers, const completion_reply& m);

/// The whole reply, refusals included.
wire::http_response to_response(const completion_reply& m, wall_time now);

} // namespace spillway::gateway
