#include "gateway/stream_encoder.hpp"

#include "wire/sse.hpp"

namespace spillway::gateway {

namespace openai = wire::openai;

void chat_chunk_encoder::begin(const stream_opening& opening, std::string& out) {
  head_ = {opening.id, opening.model, opening.at};
  wire::append_sse_event(out, {}, openai::encode_first_chunk(head_));
}

void chat_chunk_encoder::add(const chat_delta& delta, std::string& out) {
  wire::append_sse_event(out, {}, openai::encode_chunk(head_, delta));
}

void chat_chunk_encoder::end(const chat_reply& reply, std::string& out) {
  wire::append_sse_event(out, {}, openai::encode_last_chunk(head_, 0, reply.finish));
  for (std::size_t i = 0; i < reply.alternatives.size(); ++i)
    wire::append_sse_event(out, {},
                           openai::encode_last_chunk(head_, static_cast<int>(i) + 1,
                                                     reply.alternatives[i].finish));
  if (include_usage_)
    wire::append_sse_event(out, {}, openai::encode_usage_chunk(head_, reply.usage));
  wire::append_sse_event(out, {}, openai::stream_end_data);
}

void chat_chunk_encoder::fail(const refusal& why, std::string& out) {
  wire::append_sse_event(out, {}, openai::encode_error_body(why.body));
}

} // namespace spillway::gateway
