#include "wire/gemini/chat_chunk.hpp"

#include "core/bounds.hpp"
#include "wire/gemini/finish.hpp"
#include "wire/gemini/part.hpp"
#include "wire/gemini/turns.hpp"
#include "wire/gemini/usage.hpp"
#include "wire/json_reader.hpp"

#include <cstdio>
#include <functional>
#include <utility>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

bool has_error(const json& document) {
  const auto it = document.find("error");
  return it != document.end() && !it->is_null();
}

/// Without a response id: by the bytes of the first document, so that two answers differ.
std::string fingerprint(std::string_view text) {
  char hex[24];
  std::snprintf(hex, sizeof hex, "%016zx", std::hash<std::string_view>{}(text));
  return hex;
}

std::string shown(const content_part& media) {
  const std::string place = media.url.empty()
                                ? "data:" + media.media_type + ";base64," + media.data_base64
                                : media.url;
  return (media.what == content_part::kind::image ? "![image](" : "[file](") + place + ')';
}

json envelope(const chunk_head& head, json candidate, const token_usage& usage) {
  return {{"candidates", json::array({std::move(candidate)})},
          {"usageMetadata", encode_usage(usage)},
          {"modelVersion", head.model},
          {"responseId", head.response_id}};
}

json encode_call_delta(const tool_call_delta& call) {
  const bool has_id = !call.id.empty();
  json part = encode_call({call.id, call.name, call.arguments_json, call.signature});
  if (has_id)
    part["functionCall"]["id"] = call.id;
  return part;
}

} // namespace

/// One candidate of one document.
struct chunk_reader::part_context {
  const json_node& candidate;
  json_fault& fault;
};

void chunk_reader::take(std::string_view text, std::vector<chat_delta>& deltas) {
  if (ended())
    return;
  auto document = parse_reply_json(text);
  if (!document || !document->is_object()) {
    malformed_ = document ? "a reply must be a JSON object" : document.failure().message;
    return;
  }
  if (has_error(*document)) {
    error_json_ = text;
    return;
  }
  json_fault fault;
  const json_node root{*document, fault};
  if (told_.model_reported.empty())
    told_.model_reported = root["modelVersion"].text_or({});
  if (told_.provider_request_id.empty())
    told_.provider_request_id = root["responseId"].text_or({});
  if (call_id_root_.empty())
    call_id_root_ = told_.provider_request_id.empty() ? fingerprint(text)
                                                      : told_.provider_request_id;
  if (const auto usage = document->find("usageMetadata"); usage != document->end())
    if (const token_usage read = decode_usage(*usage); !read.estimated) {
      told_.usage = read;
      told_usage_ = true;
    }
  const std::string blocked = root["promptFeedback"]["blockReason"].text_or({});
  if (blocked != "BLOCK_REASON_UNSPECIFIED")
    block_reason_ = blocked.empty() ? block_reason_ : blocked;
  const json_node candidates = root["candidates"];
  for (std::size_t i = 0; i < candidates.size() && !fault.found(); ++i)
    take_candidate({candidates[i], fault}, i, deltas);
  if (fault.found())
    malformed_ = fault.take().message;
}

void chunk_reader::take_candidate(const part_context& context, std::size_t place,
                                  std::vector<chat_delta>& deltas) {
  const json_node& candidate = context.candidate;
  const std::int64_t number =
      candidate["index"].integer().value_or(static_cast<std::int64_t>(place));
  if (number < 0 || number >= bounds::choices_max)
    candidate["index"].reject("must be from 0 to " + std::to_string(bounds::choices_max - 1));
  const json_node content = candidate["content"];
  const json_node parts = content["parts"];
  // `{}` and a role alone are what an empty answer has; anything else is no content at all.
  if (!parts.present() && !content.names().empty() && !content["role"].present())
    parts.reject("is missing; expected an array");
  if (context.fault.found())
    return;
  const int choice = static_cast<int>(number);
  std::size_t& calls = calls_[choice];
  std::vector<chat_delta> read;
  for (std::size_t i = 0; i < parts.size() && !context.fault.found(); ++i) {
    decoded_part part = decode_part(parts[i]);
    chat_delta d;
    d.choice = choice;
    if (part.call) {
      if (calls >= bounds::tool_calls_max)
        return parts[i].reject("is one call more than " + std::to_string(bounds::tool_calls_max));
      const std::string id = part.call->id.empty() ? synthetic_call_id(call_id_root_, calls)
                                                   : part.call->id;
      d.tool_calls.push_back(
          {calls++, id, part.call->name, part.call->arguments_json, part.signature});
    } else {
      (part.is_thought ? d.reasoning : d.text) = std::move(part.text);
      d.reasoning_signature = std::move(part.signature);
    }
    if (part.media)
      d.text += shown(*part.media);
    read.push_back(std::move(d));
  }
  if (context.fault.found())
    return;
  if (const json_node logprobs = candidate["logprobsResult"]; logprobs.is_object()) {
    chat_delta d;
    d.choice = choice;
    d.logprobs_json = logprobs.object_text();
    read.push_back(std::move(d));
  }
  for (chat_delta& d : read)
    if (d != chat_delta{.choice = choice}) {
      assembler_.add(d);
      deltas.push_back(std::move(d));
    }
  const std::string native = candidate["finishReason"].text_or({});
  if (!native.empty() && native != "FINISH_REASON_UNSPECIFIED")
    assembler_.end(choice, finish_of(native), native);
}

chat_reply chunk_reader::take_reply() {
  chat_reply reply = assembler_.take();
  for (reasoning_block& block : reply.message.reasoning)
    block.dialect = "gemini";
  for (chat_choice& other : reply.alternatives)
    for (reasoning_block& block : other.message.reasoning)
      block.dialect = "gemini";
  if (reply.finish_native.empty() && !block_reason_.empty()) {
    reply.finish = finish_reason::content_filter;
    reply.finish_native = block_reason_;
  }
  reply.model_reported = std::move(told_.model_reported);
  reply.provider_request_id = std::move(told_.provider_request_id);
  reply.usage = told_.usage;
  const bool said = !reply.message.text.empty() || !reply.message.tool_calls.empty();
  reply.usage.estimated = !told_usage_ || (said && reply.usage.output == token_count{});
  return reply;
}

std::string encode_chunk(const chunk_head& head, const chat_delta& delta,
                         const token_usage& so_far) {
  json parts = json::array();
  if (!delta.reasoning.empty())
    parts.push_back({{"text", delta.reasoning}, {"thought", true}});
  if (!delta.text.empty() || (delta.reasoning.empty() && !delta.reasoning_signature.empty()))
    parts.push_back(encode_text(delta.text));
  if (!delta.reasoning_signature.empty())
    parts.back()["thoughtSignature"] = delta.reasoning_signature;
  for (const tool_call_delta& call : delta.tool_calls)
    parts.push_back(encode_call_delta(call));
  json candidate = {{"content", {{"role", "model"}, {"parts", std::move(parts)}}},
                    {"index", delta.choice}};
  return dump_json(envelope(head, std::move(candidate), so_far));
}

std::string encode_last_chunk(const chunk_head& head, int choice, finish_reason finish,
                              const token_usage& usage) {
  json candidate = {
      {"content", {{"role", "model"}, {"parts", json::array({encode_text("")})}}},
      {"finishReason", finish_name(finish)},
      {"index", choice}};
  return dump_json(envelope(head, std::move(candidate), usage));
}

} // namespace spillway::wire::gemini
