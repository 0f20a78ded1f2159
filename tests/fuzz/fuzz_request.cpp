// A caller may send anything: it is refused with a reason, or read, written, and read the same.
#include "tests/fuzz/target.hpp"
#include "wire/openai/batch.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/embeddings.hpp"
#include "wire/openai/model_list.hpp"
#include "wire/openai/response_request.hpp"

namespace {

using namespace spillway;
using namespace spillway::wire::openai;

void chat(std::string_view body) {
  const auto first = decode_chat_request(body);
  if (!first)
    return fuzz::require(!first.failure().message.empty());
  request_options options;
  options.refusal_field = true;
  options.thought_signatures = true;
  options.top_k = true;
  options.reasoning = reasoning_return::as_details;
  options.cache = cache_notation::control;
  options.effort = effort_notation::object;
  const auto again = decode_chat_request(encode_chat_request(first->request, first->model, {}, options));
  fuzz::require(again.has_value());
  fuzz::require(again->model == first->model);
  fuzz::require(again->request.tools.size() == first->request.tools.size());
  fuzz::require(again->request.messages.size() >= first->request.messages.size());
}

void response(std::string_view body) {
  const auto first = decode_response_request(body);
  if (!first)
    return fuzz::require(!first.failure().message.empty());
  // Turns without anything in them are no items.
  const std::string written = encode_response_request(first->request, first->model, {}, true, true);
  fuzz::require(!written.empty());
}

void embedding(std::string_view body) {
  const auto first = decode_embedding_request(body);
  if (!first)
    return;
  const auto again = decode_embedding_request(encode_embedding_request(first->request, first->model));
  fuzz::require(again && again->request.inputs.size() == first->request.inputs.size());
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  chat(input);
  response(input);
  embedding(input);
  (void)decode_embedding_reply(input);
  (void)decode_model_list(input);
  (void)decode_batch_call(input);
  (void)decode_batch_outcome(input);
}
