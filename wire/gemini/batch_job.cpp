#include "wire/gemini/batch_job.hpp"

#include "core/assert.hpp"
#include "wire/gemini/chat_reply.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/field.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_text.hpp"

#include <array>
#include <charconv>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

struct state_name {
  batch_state state;
  std::string_view ending; ///< after "BATCH_STATE_", or "JOB_STATE_" as Vertex has it
};
constexpr std::array<state_name, 7> states = {{{batch_state::pending, "_PENDING"},
                                               {batch_state::pending, "_QUEUED"},
                                               {batch_state::running, "_RUNNING"},
                                               {batch_state::succeeded, "_SUCCEEDED"},
                                               {batch_state::failed, "_FAILED"},
                                               {batch_state::cancelled, "_CANCELLED"},
                                               {batch_state::expired, "_EXPIRED"}}};

batch_state decode_state(const std::string& name) {
  for (const state_name& known : states)
    if (name.ends_with(known.ending))
      return known.state;
  return batch_state::running;
}

/// Proto-JSON writes 64-bit numbers as text.
std::int64_t decode_count(const json_node& node) {
  if (!node.is_string())
    return node.integer().value_or(0);
  const std::string text = node.text();
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

} // namespace

std::string encode_batch_line(std::string_view key, std::string_view request) {
  std::string line = R"({"key":)";
  append_json_string(line, key);
  return line.append(R"(,"request":)").append(request).append("}\n");
}

result<batch_call> decode_batch_line(std::string_view line) {
  auto document = parse_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const std::string key = root["key"].text();
  const std::string inner = root["request"].object_text();
  if (inner.empty())
    root["request"].reject("is missing; expected an object");
  if (fault.found())
    return fault.take();
  auto request = decode_chat_request(inner);
  if (!request)
    return error{"request." + request.failure().message};
  return batch_call{key, std::move(*request)};
}

result<batch_answer> decode_batch_answer(std::string_view line) {
  auto document = parse_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  batch_answer answer;
  answer.key = root["key"].text_or({});
  const json_node metadata = root["metadata"]; // where answers that are not in a file have it
  if (answer.key.empty())
    answer.key = metadata["key"].text_or({});
  const json_node response = root["response"];
  const json_node problem = root["error"];
  if (fault.found())
    return fault.take();
  if (problem.present()) {
    answer.outcome = decode_error_body(dump_json({{"error", problem.value()}}));
    return answer;
  }
  auto reply = decode_chat_reply(response.any_text());
  if (!reply)
    return error{"response: " + reply.failure().message};
  reply->usage.tier = service_tier::batch;
  answer.outcome = std::move(*reply);
  return answer;
}

std::string encode_batch_job(std::string_view display_name, std::string_view file_name) {
  return dump_json(
      {{"batch", {{"displayName", display_name}, {"inputConfig", {{"fileName", file_name}}}}}});
}

result<batch_job> decode_batch_job(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node metadata = root["metadata"];
  const json_node stats = field(metadata, "batchStats");
  const json_node from_response = field(root["response"], "responsesFile");
  const json_node from_metadata = field(metadata["output"], "responsesFile");
  batch_job job;
  job.name = root["name"].text();
  job.state = decode_state(metadata["state"].text_or({}));
  job.answers_file = from_response.text_or(from_metadata.text_or({}));
  job.problem = root["error"]["message"].text_or({});
  job.calls = decode_count(field(stats, "requestCount"));
  job.answered = decode_count(field(stats, "successfulRequestCount"));
  job.failed = decode_count(field(stats, "failedRequestCount"));
  if (fault.found())
    return fault.take();
  if (!job.problem.empty())
    job.state = job.state == batch_state::running ? batch_state::failed : job.state;
  return job;
}

const char* to_string(batch_state state) noexcept {
  switch (state) {
    case batch_state::pending: return "pending";
    case batch_state::running: return "running";
    case batch_state::succeeded: return "succeeded";
    case batch_state::failed: return "failed";
    case batch_state::cancelled: return "cancelled";
    case batch_state::expired: return "expired";
  }
  return "?";
}

} // namespace spillway::wire::gemini
