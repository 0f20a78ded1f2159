#include "wire/gemini/count_tokens.hpp"

#include "core/bounds.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/field.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::gemini {

using nlohmann::json;

std::string encode_count_request(const chat_request& request, std::string_view model) {
  auto inner = parse_json(encode_chat_request(request, model, {}));
  SPILLWAY_ASSERT(inner); // our own text
  (*inner)["model"] = "models/" + std::string{model};
  return dump_json({{"generateContentRequest", std::move(*inner)}});
}

result<chat_request> decode_count_request(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  if (!root.is_object())
    return error{"the request body must be a JSON object"};
  refuse_unknown(root, {"contents", "generateContentRequest"});
  const json_node inner = field(root, "generateContentRequest");
  if (fault.found())
    return fault.take();
  return inner.present() ? decode_chat_request(inner.any_text()) : decode_chat_request(body);
}

std::string encode_count_reply(token_count total) {
  return dump_json({{"totalTokens", total.value()}});
}

result<token_count> decode_count_reply(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node total = root["totalTokens"];
  // A count of zero is not sent.
  const std::int64_t count = total.integer().value_or(0);
  if (count < 0 || count > bounds::token_count_max)
    total.reject("must be a number of tokens");
  if (fault.found())
    return fault.take();
  return token_count{count};
}

} // namespace spillway::wire::gemini
