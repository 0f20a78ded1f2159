#include "wire/anthropic/count_reply.hpp"

#include "core/bounds.hpp"
#include "wire/json_reader.hpp"

namespace spillway::wire::anthropic {

std::string encode_count_reply(token_count input) {
  return dump_json({{"input_tokens", input.value()}});
}

result<token_count> decode_count_reply(std::string_view body) {
  auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node count = json_node{*document, fault}["input_tokens"];
  const auto input = count.integer();
  if (!input || *input < 0 || *input > bounds::token_count_max)
    count.reject("must be a number of tokens");
  if (fault.found())
    return fault.take();
  return token_count{*input};
}

} // namespace spillway::wire::anthropic
