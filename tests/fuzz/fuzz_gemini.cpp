#include "core/assert.hpp"
#include "tests/fuzz/target.hpp"
#include "wire/gemini/batch_job.hpp"
#include "wire/gemini/chat_reply.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/count_tokens.hpp"
#include "wire/gemini/embeddings.hpp"
#include "wire/gemini/error_body.hpp"
#include "wire/gemini/model_list.hpp"

using namespace spillway;
using namespace spillway::wire::gemini;

namespace {

/// What was read can be written for any model and read again.
void request(std::string_view text) {
  const auto read = decode_chat_request(text);
  if (!read) {
    SPILLWAY_ASSERT(!read.failure().message.empty());
    return;
  }
  for (const char* model : {"gemini-2.0-flash", "gemini-2.5-pro", "gemini-3.5-flash"})
    (void)encode_chat_request(*read, model, read->output_tokens_max.value_or(token_count{}));
}

/// A text as the schema of a tool and of the answer.
void schema(std::string_view text) {
  chat_request asks;
  asks.messages.push_back({chat_role::user, "q", {}, {}, {}});
  asks.tools.push_back({"f", {}, std::string{text}});
  asks.response_schema_json = text;
  for (const char* model : {"gemini-2.0-flash", "gemini-3.5-flash"})
    (void)encode_chat_request(asks, model, {});
}

void reply(std::string_view text) {
  const auto read = decode_chat_reply(text);
  if (read)
    SPILLWAY_ASSERT(decode_chat_reply(encode_chat_reply(*read)));
  else
    SPILLWAY_ASSERT(!read.failure().message.empty());
}

void others(std::string_view text) {
  (void)decode_error_body(text);
  (void)decode_count_request(text);
  (void)decode_count_reply(text);
  (void)decode_embedding_request(text);
  (void)decode_embedding_reply(text);
  (void)decode_model_page(text);
  (void)decode_batch_line(text);
  (void)decode_batch_answer(text);
  (void)decode_batch_job(text);
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  request(input);
  schema(input);
  reply(input);
  others(input);
}
