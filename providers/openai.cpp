#include "providers/openai.hpp"

#include "providers/buffered_stream.hpp"
#include "providers/failure.hpp"
#include "wire/openai/chat_chunk.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/openai/embeddings.hpp"
#include "wire/rate_headers.hpp"
#include "wire/sse.hpp"

#include <utility>

namespace spillway::providers {
namespace {

class openai_stream final : public stream_decoder {
public:
  openai_stream(std::string request_id, const secret& key, wall_time now)
      : request_id_{std::move(request_id)}, key_{key}, now_{now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override {
    events_.clear();
    sse_.feed(bytes, events_);
    take(deltas);
  }

  bool ended() const override { return chunks_.ended() || sse_.broken(); }

  void flush(std::vector<chat_delta>& deltas) override {
    events_.clear();
    sse_.finish(events_);
    take(deltas);
  }

  streamed_reply finish() override {
    streamed_reply done;
    done.failure = failure();
    done.reply = chunks_.take_reply();
    if (!request_id_.empty())
      done.reply.provider_request_id = request_id_;
    return done;
  }

private:
  void take(std::vector<chat_delta>& deltas) {
    for (const wire::sse_event& event : events_)
      chunks_.take(event.data, deltas);
  }

  std::optional<call_failure> failure() const {
    if (!chunks_.error_json().empty())
      return failure_of({200, {}, chunks_.error_json()}, now_, key_);
    if (!chunks_.malformed().empty())
      return malformed_reply(200, chunks_.malformed());
    if (sse_.broken())
      return malformed_reply(200, "an event of the stream is larger than any answer");
    if (!chunks_.is_whole())
      return call_failure{failure_kind::interrupted, 200, "the stream ended before its answer did",
                          std::nullopt};
    return std::nullopt;
  }

  std::string request_id_;
  const secret& key_;
  wall_time now_;
  wire::sse_reader sse_;
  wire::openai::chunk_reader chunks_;
  std::vector<wire::sse_event> events_;
};

} // namespace

openai_codec::openai_codec(options o) : options_{std::move(o)} {
}

wire::http_request openai_codec::post(std::string_view path, std::string body) const {
  wire::http_request request;
  request.method = "POST";
  request.target = options_.base_path + std::string{path};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "spillway");
  if (!options_.key.empty())
    request.headers.add(std::string{options_.row.auth_header},
                        std::string{options_.row.auth_prefix} + options_.key.reveal());
  request.body = std::move(body);
  return request;
}

wire::http_request openai_codec::encode(const upstream_call& call) const {
  wire::openai::request_options how = options_.row.options;
  how.stream = call.stream;
  wire::http_request request = post(
      "/chat/completions",
      wire::openai::encode_chat_request(call.request, call.model, call.output_max, how));
  request.headers.add("Accept", call.stream ? "text/event-stream" : "application/json");
  return request;
}

std::variant<chat_reply, call_failure> openai_codec::decode(const wire::http_response& response,
                                                            wall_time now) const {
  if (response.status != 200)
    return failure_of(response, now, options_.key);
  auto reply = wire::openai::decode_chat_reply(response.body);
  if (!reply)
    return wire::openai::carries_error(response.body)
               ? failure_of(response, now, options_.key)
               : malformed_reply(response.status, reply.failure().message);
  if (const auto id = response.headers.find("x-request-id"); !id.empty())
    reply->provider_request_id = id;
  return std::move(reply).value();
}

std::unique_ptr<stream_decoder> openai_codec::decode_stream(const wire::http_headers& head,
                                                            wall_time now) const {
  if (announces_json(head))
    return std::make_unique<buffered_stream>(*this, head, now);
  return std::make_unique<openai_stream>(std::string{head.find("x-request-id")}, options_.key, now);
}

wire::http_request openai_codec::encode_embedding(const embedding_call& call) const {
  return post("/embeddings", wire::openai::encode_embedding_request(call.request, call.model));
}

std::variant<embedding_reply, call_failure>
openai_codec::decode_embedding(const wire::http_response& response, wall_time now) const {
  if (response.status != 200)
    return failure_of(response, now, options_.key);
  auto reply = wire::openai::decode_embedding_reply(response.body);
  if (!reply)
    return wire::openai::carries_error(response.body)
               ? failure_of(response, now, options_.key)
               : malformed_reply(response.status, reply.failure().message);
  reply->provider_request_id = response.headers.find("x-request-id");
  return std::move(reply).value();
}

rate::observed_limits openai_codec::observed_limits(const wire::http_response& response) const {
  return wire::decode_rate_headers(response.headers);
}

} // namespace spillway::providers
