#pragma once

#include "core/chat.hpp"
#include "core/result.hpp"
#include "core/units.hpp"
#include "wire/gemini/error_body.hpp"

#include <string>
#include <string_view>
#include <variant>

/// Jobs of many calls at half the price, answered within a day: the files of their calls and
/// answers, and what is said of them.
/// Sources: https://ai.google.dev/gemini-api/docs/batch-api, https://ai.google.dev/api/batch-api
/// (2026-10).
namespace spillway::wire::gemini {

/// One line of a job's input file, with its newline. `key` names the call in the answers; `request`
/// is the body of one call. Requires: it is JSON without line ends outside its strings.
std::string encode_batch_line(std::string_view key, std::string_view request);

struct batch_call {
  std::string key;
  chat_request request;
};

/// Errors: no JSON, or a field that is missing, unknown or of the wrong type, named by its path.
result<batch_call> decode_batch_line(std::string_view line);

/// One line of a job's output file; lines come in any order.
struct batch_answer {
  std::string key;
  std::variant<chat_reply, error_body> outcome; ///< usage of a reply is of the batch tier
};

result<batch_answer> decode_batch_answer(std::string_view line);

/// The body of POST /models/M:batchGenerateContent for a file that has been uploaded
/// ("files/abc").
std::string encode_batch_job(std::string_view display_name, std::string_view file_name);

enum class batch_state { pending, running, succeeded, failed, cancelled, expired };

struct batch_job {
  std::string name; ///< "batches/abc": ask GET /batches/abc how it stands
  batch_state state = batch_state::pending;
  std::string answers_file; ///< once it succeeded: "files/batch-abc"
  std::string problem;      ///< why it failed, for people
  std::int64_t calls = 0;
  std::int64_t answered = 0;
  std::int64_t failed = 0;
};

/// The reply to the creation of a job, and to any question after it. A state we do not know is
/// `running`. Errors: no JSON, or a field of the wrong type, named by its path.
result<batch_job> decode_batch_job(std::string_view body);

const char* to_string(batch_state state) noexcept;

} // namespace spillway::wire::gemini
