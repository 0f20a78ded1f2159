#pragma once

#include "core/result.hpp"
#include "core/units.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The files of OpenAI's batch jobs: a JSON object a line, in any order. At most 50,000 lines of
/// one endpoint, 200 MB in all.
/// Source: https://platform.openai.com/docs/guides/batch (2026-10).
namespace spillway::wire::openai {

/// One call of a job. `body` is what the endpoint would get, as one JSON object.
struct batch_call {
  std::string custom_id; ///< the caller's, unique within the job
  std::string url;       ///< "/v1/chat/completions"
  std::string body;
};

/// Appends a line. Requires: `call.body` is JSON without line ends outside its strings.
void append_batch_call(std::string& file, const batch_call& call);

/// Errors: no JSON, a field that is missing or of the wrong type, by its path; a method other than
/// POST.
result<batch_call> decode_batch_call(std::string_view line);

/// What became of one call: a reply, or `failure` if it was never made.
struct batch_outcome {
  std::string custom_id;
  int status = 0;      ///< of the reply; 0: there is none
  std::string body;    ///< of the reply
  std::string failure; ///< "batch_expired: This request could not be executed ..."
};

/// Appends a line; `cost_usd`, where it is known, is our own.
void append_batch_outcome(std::string& file, const batch_outcome& outcome,
                          std::optional<nano_usd> cost = {});

/// A line of the output file or of the error file. Errors: as above.
result<batch_outcome> decode_batch_outcome(std::string_view line);

} // namespace spillway::wire::openai
