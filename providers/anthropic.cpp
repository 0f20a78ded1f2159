#include "providers/anthropic.hpp"

#include "core/assert.hpp"
#include "core/bounds.hpp"
#include "providers/failure.hpp"
#include "wire/anthropic/chat_chunk.hpp"
#include "wire/anthropic/chat_reply.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/rate_headers.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/sse.hpp"

#include <utility>

namespace spillway::providers {
namespace {

/// Source: https://platform.claude.com/docs/en/api/versioning (2026-10).
constexpr const char* version = "2023-06-01";

/// Some servers answer as if they had not been asked to stream, errors above all.
bool is_one_document(const wire::http_headers& head) {
  return head.find("content-type").find("json") != std::string_view::npos;
}

class anthropic_stream final : public stream_decoder {
public:
  anthropic_stream(const anthropic_codec& speaker, const secret& key,
                   const wire::http_headers& head, wall_time now)
      : codec_{speaker}, key_{key}, now_{now}, is_events_{!is_one_document(head)} {
    whole_.headers = head;
  }

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override {
    if (is_events_) {
      events_.clear();
      sse_.feed(bytes, events_);
      take(deltas);
    } else {
      whole_.body += bytes.substr(0, bounds::http_reply_body_bytes_max - whole_.body.size());
    }
  }

  bool ended() const override { return reader_.ended() || sse_.broken(); }

  streamed_reply finish() override {
    if (!is_events_)
      return finish_document();
    // What the last event adds has no reader any more; the reply has it all the same.
    std::vector<chat_delta> unread;
    events_.clear();
    sse_.finish(events_);
    take(unread);
    streamed_reply done;
    done.failure = failure();
    done.reply = reader_.take_reply();
    if (const auto id = whole_.headers.find("request-id"); !id.empty())
      done.reply.provider_request_id = id;
    return done;
  }

private:
  void take(std::vector<chat_delta>& deltas) {
    for (const wire::sse_event& event : events_)
      reader_.take(event, deltas);
  }

  streamed_reply finish_document() {
    streamed_reply done;
    auto outcome = codec_.decode(whole_, now_);
    if (auto* reply = std::get_if<chat_reply>(&outcome)) {
      done.reply = std::move(*reply);
    } else {
      done.failure = std::get<call_failure>(std::move(outcome));
      done.reply.usage.estimated = true;
    }
    return done;
  }

  std::optional<call_failure> failure() const {
    if (!reader_.error_json().empty())
      return failure_of({200, {}, reader_.error_json()}, now_, key_);
    if (!reader_.malformed().empty())
      return malformed_reply(200, reader_.malformed());
    if (sse_.broken())
      return malformed_reply(200, "an event of the stream is larger than any answer");
    if (!reader_.is_whole())
      return call_failure{failure_kind::interrupted, 200, "the stream ended before its answer did",
                          std::nullopt};
    return std::nullopt;
  }

  const anthropic_codec& codec_;
  const secret& key_;
  wall_time now_;
  bool is_events_;
  wire::http_response whole_; ///< the head, and the body if it is one document
  wire::sse_reader sse_;
  wire::anthropic::event_reader reader_;
  std::vector<wire::sse_event> events_;
};

} // namespace

anthropic_codec::anthropic_codec(options o) : options_{std::move(o)} {
}

wire::http_request anthropic_codec::encode(const upstream_call& call) const {
  wire::http_request request;
  request.method = "POST";
  request.target = options_.base_path + "/messages";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", call.stream ? "text/event-stream" : "application/json");
  request.headers.add("User-Agent", "spillway");
  request.headers.add("anthropic-version", version);
  if (!options_.beta.empty())
    request.headers.add("anthropic-beta", options_.beta);
  if (!options_.key.empty())
    request.headers.add("x-api-key", options_.key.reveal());
  request.body = wire::anthropic::encode_chat_request(
      call.request, call.model, call.output_max,
      {wire::anthropic::traits_of(call.model), call.stream});
  return request;
}

std::variant<chat_reply, call_failure> anthropic_codec::decode(const wire::http_response& response,
                                                               wall_time now) const {
  if (response.status != 200)
    return failure_of(response, now, options_.key);
  auto reply = wire::anthropic::decode_chat_reply(response.body);
  if (!reply)
    return wire::openai::carries_error(response.body)
               ? failure_of(response, now, options_.key)
               : malformed_reply(response.status, reply.failure().message);
  if (const auto id = response.headers.find("request-id"); !id.empty())
    reply->provider_request_id = id;
  return std::move(reply).value();
}

std::unique_ptr<stream_decoder> anthropic_codec::decode_stream(const wire::http_headers& head,
                                                               wall_time now) const {
  return std::make_unique<anthropic_stream>(*this, options_.key, head, now);
}

wire::http_request anthropic_codec::encode_embedding(const embedding_call&) const {
  SPILLWAY_ASSERT(!"Anthropic has no embeddings");
}

std::variant<embedding_reply, call_failure>
anthropic_codec::decode_embedding(const wire::http_response&, wall_time) const {
  SPILLWAY_ASSERT(!"Anthropic has no embeddings");
}

rate::observed_limits anthropic_codec::observed_limits(const wire::http_response& response) const {
  return wire::anthropic::decode_rate_headers(response.headers);
}

} // namespace spillway::providers
