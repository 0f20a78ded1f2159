#include "wire/gemini/chat_reply.hpp"

#include "wire/gemini/chat_chunk.hpp"
#include "wire/gemini/finish.hpp"
#include "wire/gemini/part.hpp"
#include "wire/gemini/usage.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

json encode_parts(const chat_message& m) {
  json parts = json::array();
  std::string signature;
  for (const reasoning_block& block : m.reasoning) {
    if (!block.text.empty())
      parts.push_back({{"text", block.text}, {"thought", true}});
    if (!block.signature.empty())
      signature = block.signature;
  }
  if (const std::string text = plain_text(m); !text.empty() || !signature.empty())
    parts.push_back(encode_text(text));
  if (!signature.empty())
    parts.back()["thoughtSignature"] = signature;
  for (const tool_call& call : m.tool_calls) {
    parts.push_back(encode_call(call));
    if (!call.id.empty())
      parts.back()["functionCall"]["id"] = call.id;
  }
  return parts;
}

json encode_candidate(const chat_choice& choice, std::size_t index) {
  json content = {{"role", "model"}};
  if (json parts = encode_parts(choice.message); !parts.empty())
    content["parts"] = std::move(parts);
  json out = {{"content", std::move(content)},
              {"finishReason", finish_name(choice.finish)},
              {"index", index}};
  if (auto logprobs = parse_json(choice.logprobs_json); logprobs)
    out["logprobsResult"] = std::move(*logprobs);
  return out;
}

} // namespace

std::string encode_chat_reply(const chat_reply& reply) {
  json candidates = json::array();
  candidates.push_back(
      encode_candidate({reply.message, {}, reply.finish, {}, reply.logprobs_json}, 0));
  for (const chat_choice& other : reply.alternatives)
    candidates.push_back(encode_candidate(other, candidates.size()));
  return dump_json({{"candidates", std::move(candidates)},
                    {"usageMetadata", encode_usage(reply.usage)},
                    {"modelVersion", reply.model_reported},
                    {"responseId", reply.provider_request_id}});
}

result<chat_reply> decode_chat_reply(std::string_view body) {
  chunk_reader reader;
  std::vector<chat_delta> deltas;
  reader.take(body, deltas);
  if (!reader.error_json().empty())
    return error{"the reply body holds an error"};
  if (!reader.malformed().empty())
    return error{reader.malformed()};
  if (!reader.is_whole() && deltas.empty())
    return error{"candidates is empty, or holds none that says anything or why not"};
  return reader.take_reply();
}

} // namespace spillway::wire::gemini
