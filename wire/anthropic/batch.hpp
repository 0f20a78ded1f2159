#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/error_body.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Message batches: half the price, an answer within a day.
/// Source: https://platform.claude.com/docs/en/api/creating-message-batches, anthropic-sdk-python
/// src/anthropic/types/messages/message_batch*.py (2026-10).
namespace spillway::wire::anthropic {

/// One request of a batch. `custom_id`: the caller's name for it, unique within the batch.
struct batch_request {
  std::string custom_id;
  std::string model;
  chat_request request;
};

/// One line of a requests file, with its newline. `params` is the body of one call.
/// Requires: it is JSON without line ends outside its strings.
std::string encode_batch_line(std::string_view custom_id, std::string_view params);

/// The lines of a requests file, blank ones passed over. Errors: as for `decode_chat_request`, with
/// the number of the line: "line 3: in params: max_tokens is missing; expected a number of tokens".
result<std::vector<batch_request>> decode_batch_lines(std::string_view file);

/// The body of POST /v1/messages/batches out of a requests file's lines.
/// Errors: a line that is no JSON object.
result<std::string> encode_batch(std::string_view file);

enum class batch_outcome { succeeded, errored, canceled, expired };

struct batch_result {
  std::string custom_id;
  batch_outcome outcome = batch_outcome::succeeded;
  std::optional<chat_reply> reply; ///< with `succeeded`
  error_body why;                  ///< with `errored`
};

/// One line of a results file, with its newline.
std::string encode_batch_result(const batch_result& result);

/// One line of a results file. Errors: no JSON, or a field that is missing or of the wrong type,
/// named by its path.
result<batch_result> decode_batch_result(std::string_view line);

/// The lines of a results file, in whatever order they come. Errors: as above.
result<std::vector<batch_result>> decode_batch_results(std::string_view file);

/// How far a batch is.
struct batch_status {
  std::string id;
  bool ended = false;
  std::int64_t processing = 0;
  std::int64_t succeeded = 0;
  std::int64_t errored = 0;
  std::int64_t canceled = 0;
  std::int64_t expired = 0;
  std::string results_url; ///< once it has ended
};

/// The body of a reply about a batch. Errors: no JSON, or a field that is missing or of the wrong
/// type; named by its path.
result<batch_status> decode_batch_status(std::string_view body);

const char* to_string(batch_outcome outcome) noexcept;

} // namespace spillway::wire::anthropic
