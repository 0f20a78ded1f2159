#include "providers/batch_file.hpp"

#include "providers/anthropic.hpp"
#include "providers/gemini.hpp"
#include "wire/anthropic/batch.hpp"
#include "wire/gemini/batch_job.hpp"
#include "wire/openai/batch.hpp"

#include <utility>

namespace spillway::providers {
namespace {

constexpr std::size_t megabyte = 1'000'000;

constexpr const char* chat_path = "/v1/chat/completions";

std::string failure_text(const call_failure& failure) {
  return std::string{to_string(failure.kind)} + ": " + failure.message;
}

batch_outcome billed_as_batch(batch_outcome outcome) {
  if (outcome.reply)
    outcome.reply->usage.tier = service_tier::batch;
  return outcome;
}

result<batch_outcome> openai_outcome(const codec& speaks, std::string_view line) {
  auto read = wire::openai::decode_batch_outcome(line);
  if (!read)
    return read.failure();
  batch_outcome out{std::move(read->custom_id), {}, std::move(read->failure)};
  if (!out.failure.empty())
    return out;
  received_reply got = speaks.decode_whole({read->status, {}, std::move(read->body)}, {});
  if (got.failure)
    out.failure = failure_text(*got.failure);
  else
    out.reply = std::move(got.reply);
  return out;
}

result<batch_outcome> anthropic_outcome(std::string_view line) {
  using how = wire::anthropic::batch_outcome;
  auto read = wire::anthropic::decode_batch_result(line);
  if (!read)
    return read.failure();
  batch_outcome out{std::move(read->custom_id), std::move(read->reply), {}};
  switch (read->outcome) {
    case how::succeeded: break;
    case how::errored: out.failure = read->why.type + ": " + read->why.message; break;
    case how::canceled: out.failure = "batch_cancelled: the job was cancelled before it"; break;
    case how::expired: out.failure = "batch_expired: the job ended before it"; break;
  }
  return out;
}

result<batch_outcome> gemini_outcome(std::string_view line) {
  auto read = wire::gemini::decode_batch_answer(line);
  if (!read)
    return read.failure();
  batch_outcome out{std::move(read->key), {}, {}};
  if (auto* reply = std::get_if<chat_reply>(&read->outcome)) {
    out.reply = std::move(*reply);
    return out;
  }
  const auto& why = std::get<wire::gemini::error_body>(read->outcome);
  out.failure = why.status + ": " + why.message;
  return out;
}

} // namespace

result<batch_format> batch_format_of(std::string_view dialect) {
  if (dialect == anthropic_dialect)
    return batch_format::anthropic;
  if (dialect == "gemini")
    return batch_format::gemini;
  // Those of the vendors like it that take the same files.
  for (const std::string_view same : {"openai", "azure", "groq"})
    if (dialect == same)
      return batch_format::openai;
  return error{"we know no batch files of the dialect '" + std::string{dialect}
               + "'; of openai, azure, groq, anthropic and gemini we do"};
}

batch_caps caps_of(batch_format format) noexcept {
  switch (format) {
    case batch_format::openai: return {50'000, 200 * megabyte};
    case batch_format::anthropic: return {100'000, 256 * megabyte};
    case batch_format::gemini: return {std::size_t{1} << 40, 2'000 * megabyte};
  }
  return {};
}

batch_framing framing_of(batch_format format) noexcept {
  if (format == batch_format::anthropic)
    return {".json", R"({"requests":[)", ",", "]}\n"};
  return {".jsonl", {}, "\n", "\n"};
}

std::string encode_batch_call(batch_format format, const codec& speaks,
                              std::string_view custom_id, const upstream_call& call) {
  const std::string body = speaks.encode(call).body;
  std::string line;
  switch (format) {
    case batch_format::openai:
      wire::openai::append_batch_call(line, {std::string{custom_id}, chat_path, body});
      break;
    case batch_format::anthropic: line = wire::anthropic::encode_batch_line(custom_id, body); break;
    case batch_format::gemini: line = wire::gemini::encode_batch_line(custom_id, body); break;
  }
  line.pop_back(); // its line feed
  return line;
}

result<batch_outcome> decode_batch_outcome(batch_format format, const codec& speaks,
                                           std::string_view line) {
  auto out = format == batch_format::openai      ? openai_outcome(speaks, line)
             : format == batch_format::anthropic ? anthropic_outcome(line)
                                                 : gemini_outcome(line);
  if (!out)
    return out.failure();
  return billed_as_batch(std::move(*out));
}

} // namespace spillway::providers
