#include "wire/anthropic/batch.hpp"

#include "wire/anthropic/chat_reply.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::wire::anthropic {
namespace {

using nlohmann::json;

constexpr std::array outcomes = {batch_outcome::succeeded, batch_outcome::errored,
                                 batch_outcome::canceled, batch_outcome::expired};

/// What we wrote ourselves.
json own_json(const std::string& text) {
  auto parsed = parse_json(text);
  SPILLWAY_ASSERT(parsed);
  return std::move(parsed).value();
}

/// Calls `take` with each line that is not blank; it returns what is wrong with the line, if
/// anything is.
template <class Take>
std::optional<error> for_each_line(std::string_view file, Take take) {
  for (std::size_t number = 1; !file.empty(); ++number) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    if (const std::optional<error> wrong = take(line))
      return error{"line " + std::to_string(number) + ": " + wrong->message};
  }
  return std::nullopt;
}

error within(const char* member, const error& why) {
  return error{std::string{"in "} + member + ": " + why.message};
}

result<batch_request> decode_line(std::string_view line) {
  auto document = parse_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  batch_request read;
  read.custom_id = root["custom_id"].text();
  const std::string params = root["params"].object_text();
  if (params.empty())
    root["params"].reject("is missing; expected an object");
  if (fault.found())
    return fault.take();
  auto decoded = decode_chat_request(params);
  if (!decoded)
    return within("params", decoded.failure());
  read.model = std::move(decoded->model);
  read.request = std::move(decoded->request);
  return read;
}

batch_outcome decode_outcome(const json_node& type) {
  const std::string name = type.text();
  for (const batch_outcome known : outcomes)
    if (name == to_string(known))
      return known;
  type.reject("must be succeeded, errored, canceled or expired");
  return batch_outcome::errored;
}

} // namespace

const char* to_string(batch_outcome outcome) noexcept {
  switch (outcome) {
    case batch_outcome::succeeded: return "succeeded";
    case batch_outcome::errored: return "errored";
    case batch_outcome::canceled: return "canceled";
    case batch_outcome::expired: return "expired";
  }
  return "?";
}

std::string encode_batch_line(std::string_view custom_id, std::string_view params) {
  std::string line = R"({"custom_id":)";
  append_json_string(line, custom_id);
  return line.append(R"(,"params":)").append(params).append("}\n");
}

result<std::vector<batch_request>> decode_batch_lines(std::string_view file) {
  std::vector<batch_request> requests;
  const auto wrong = for_each_line(file, [&](std::string_view line) -> std::optional<error> {
    auto read = decode_line(line);
    if (!read)
      return read.failure();
    requests.push_back(std::move(read).value());
    return std::nullopt;
  });
  if (wrong)
    return *wrong;
  return requests;
}

result<std::string> encode_batch(std::string_view file) {
  std::string list;
  const auto wrong = for_each_line(file, [&](std::string_view line) -> std::optional<error> {
    const auto document = parse_json(line);
    if (!document || !document->is_object())
      return document ? error{"must be a JSON object"} : document.failure();
    list.append(list.empty() ? "" : ",").append(line);
    return std::nullopt;
  });
  if (wrong)
    return *wrong;
  return "{\"requests\":[" + list + "]}";
}

std::string encode_batch_result(const batch_result& r) {
  json outcome = {{"type", to_string(r.outcome)}};
  if (r.outcome == batch_outcome::succeeded && r.reply)
    outcome["message"] = own_json(encode_chat_reply(*r.reply, r.reply->provider_request_id));
  if (r.outcome == batch_outcome::errored)
    outcome["error"] = own_json(encode_error_body(r.why));
  return dump_json({{"custom_id", r.custom_id}, {"result", std::move(outcome)}}) + '\n';
}

result<batch_result> decode_batch_result(std::string_view line) {
  auto document = parse_json(line);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node outcome = root["result"];
  batch_result read;
  read.custom_id = root["custom_id"].text();
  read.outcome = decode_outcome(outcome["type"]);
  if (read.outcome == batch_outcome::errored)
    read.why = decode_error_body(outcome["error"].any_text());
  const std::string message = outcome["message"].object_text();
  if (read.outcome == batch_outcome::succeeded && message.empty())
    outcome["message"].reject("is missing; expected an object");
  if (fault.found())
    return fault.take();
  if (read.outcome != batch_outcome::succeeded)
    return read;
  auto reply = decode_chat_reply(message);
  if (!reply)
    return within("result.message", reply.failure());
  read.reply = std::move(reply).value();
  return read;
}

result<std::vector<batch_result>> decode_batch_results(std::string_view file) {
  std::vector<batch_result> results;
  const auto wrong = for_each_line(file, [&](std::string_view line) -> std::optional<error> {
    auto read = decode_batch_result(line);
    if (!read)
      return read.failure();
    results.push_back(std::move(read).value());
    return std::nullopt;
  });
  if (wrong)
    return *wrong;
  return results;
}

result<batch_status> decode_batch_status(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node counts = root["request_counts"];
  const auto count = [&](const char* name) { return counts[name].integer().value_or(0); };
  batch_status read;
  read.id = root["id"].text();
  read.ended = root["processing_status"].text() == "ended";
  read.processing = count("processing");
  read.succeeded = count("succeeded");
  read.errored = count("errored");
  read.canceled = count("canceled");
  read.expired = count("expired");
  read.results_url = root["results_url"].text_or({});
  if (fault.found())
    return fault.take();
  return read;
}

} // namespace spillway::wire::anthropic
