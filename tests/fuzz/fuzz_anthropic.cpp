// A caller, or the vendor, may send anything: it is refused with a reason, or read, written, and
// read the same.
#include "tests/fuzz/target.hpp"
#include "wire/anthropic/batch.hpp"
#include "wire/anthropic/chat_reply.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/count_reply.hpp"
#include "wire/anthropic/error_body.hpp"
#include "wire/anthropic/model_list.hpp"
#include "wire/anthropic/model_traits.hpp"
#include "wire/openai/chat_request.hpp"

#include <algorithm>

namespace {

using namespace spillway;
using namespace spillway::wire::anthropic;

/// What is asked of Claude can be asked of any of its models, and of any other vendor.
void request(std::string_view text) {
  const auto first = decode_chat_request(text);
  if (!first)
    return fuzz::require(!first.failure().message.empty());
  const token_count most =
      std::max(first->request.output_tokens_max.value_or(token_count{1}), token_count{1});
  for (const char* model : {"claude-3-5-haiku-20241022", "claude-sonnet-4-5", "claude-opus-5"}) {
    const std::string body =
        encode_chat_request(first->request, model, most, {traits_of(model)});
    fuzz::require(body.find('\n') == std::string::npos);
    (void)encode_count_request(first->request, model, {traits_of(model)});
  }
  (void)wire::openai::encode_chat_request(first->request, "gpt-4o", most);
}

void reply(std::string_view text) {
  const auto read = decode_chat_reply(text);
  if (!read)
    return fuzz::require(!read.failure().message.empty());
  const auto again = decode_chat_reply(encode_chat_reply(*read, "msg_1"));
  fuzz::require(again.has_value());
  fuzz::require(again->message.tool_calls.size() == read->message.tool_calls.size());
}

void others(std::string_view text) {
  (void)decode_error_body(text);
  (void)decode_count_request(text);
  (void)decode_count_reply(text);
  (void)decode_model_list(text);
  (void)decode_batch_lines(text);
  (void)encode_batch(text);
  (void)decode_batch_results(text);
  (void)decode_batch_status(text);
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  request(input);
  reply(input);
  others(input);
}
