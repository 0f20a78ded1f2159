#include "providers/anthropic.hpp"

#include "core/assert.hpp"
#include "providers/failure.hpp"
#include "providers/stream_or_document.hpp"
#include "wire/anthropic/chat_chunk.hpp"
#include "wire/anthropic/chat_reply.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/rate_headers.hpp"
#include "wire/left_out.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/sse.hpp"

#include <utility>

namespace spillway::providers {
namespace {

std::string joined(const std::string& ours, const std::string& callers) {
  return ours + (ours.empty() || callers.empty() ? "" : ",") + callers;
}

class anthropic_stream final : public stream_decoder {
public:
  anthropic_stream(std::string request_id, const secret& key, wall_time now)
      : request_id_{std::move(request_id)}, key_{key}, now_{now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override {
    events_.clear();
    sse_.feed(bytes, events_);
    take(deltas);
  }

  bool ended() const override { return reader_.ended() || sse_.broken(); }

  void flush(std::vector<chat_delta>& deltas) override {
    const bool had_ended = reader_.ended();
    events_.clear();
    sse_.finish(events_);
    take(deltas);
    // An event that was not closed and cannot be read was cut, as the stream was.
    is_cut_ = !had_ended && !reader_.malformed().empty();
  }

  received_reply finish() override {
    received_reply done;
    done.failure = failure();
    done.reply = reader_.take_reply();
    if (!request_id_.empty())
      done.reply.provider_request_id = request_id_;
    return done;
  }

private:
  void take(std::vector<chat_delta>& deltas) {
    for (const wire::sse_event& event : events_)
      reader_.take(event, deltas);
  }

  /// The head is not asked: what it says of waiting is not about a failure.
  std::optional<call_failure> failure() const {
    if (!reader_.error_json().empty())
      return failure_of({200, {}, reader_.error_json()}, now_, key_);
    if (!reader_.malformed().empty() && !is_cut_)
      return malformed_reply(200, reader_.malformed());
    if (sse_.broken())
      return malformed_reply(200, "an event of the stream is larger than any answer");
    if (!reader_.is_whole())
      return call_failure{failure_kind::interrupted, 200, "the stream ended before its answer did",
                          std::nullopt};
    return std::nullopt;
  }

  std::string request_id_;
  const secret& key_;
  wall_time now_;
  wire::sse_reader sse_;
  wire::anthropic::event_reader reader_;
  std::vector<wire::sse_event> events_;
  bool is_cut_ = false;
};

} // namespace

std::string anthropic_path(const std::string& base_path) {
  return base_path.ends_with("/v1") ? base_path : base_path + "/v1";
}

anthropic_codec::anthropic_codec(options o) : options_{std::move(o)} {
}

wire::http_request anthropic_codec::encode(const upstream_call& call) const {
  wire::http_request request;
  request.method = "POST";
  request.target = options_.base_path + "/messages";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", call.stream ? "text/event-stream" : "application/json");
  request.headers.add("User-Agent", "spillway");
  request.headers.add("anthropic-version", std::string{anthropic_version});
  if (const std::string beta = joined(options_.beta, wire::anthropic::beta_of(call.request));
      !beta.empty())
    request.headers.add("anthropic-beta", beta);
  if (!options_.key.empty())
    request.headers.add("x-api-key", options_.key.reveal());
  request.body = wire::anthropic::encode_chat_request(
      call.request, call.model, call.output_max,
      {wire::anthropic::traits_of(call.model), call.stream});
  return request;
}

std::vector<std::string> anthropic_codec::left_out(const upstream_call& call) const {
  const wire::anthropic::model_traits traits = wire::anthropic::traits_of(call.model);
  const chat_request& request = call.request;
  const bool can_think = traits.thinking != wire::anthropic::thinking_form::none;
  const bool thinks = can_think && (request.reasoning_tokens_max || request.show_reasoning
                                    || request.effort.value_or(reasoning_effort::none)
                                           != reasoning_effort::none);
  wire::vocabulary can{.dialect = anthropic_dialect};
  can.seed = can.penalties = can.logprobs = can.names = can.flex = false;
  can.sampling = can.top_k = traits.sampling && !thinks;
  can.temperature_max = 1.0;
  can.effort = can_think || traits.effort_most != reasoning_effort::none;
  return wire::left_out(request, can);
}

received_reply anthropic_codec::decode_whole(const wire::http_response& response,
                                             wall_time now) const {
  if (response.status != 200)
    return no_answer(failure_of(response, now, options_.key));
  auto reply = wire::anthropic::decode_chat_reply(response.body);
  if (!reply)
    return no_answer(wire::openai::carries_error(response.body)
                         ? failure_of(response, now, options_.key)
                         : malformed_reply(response.status, reply.failure().message));
  if (const auto id = response.headers.find("request-id"); !id.empty())
    reply->provider_request_id = id;
  return {std::move(reply).value(), std::nullopt};
}

std::unique_ptr<stream_decoder> anthropic_codec::decode_stream(const wire::http_headers& head,
                                                               wall_time now) const {
  if (announces_json(head))
    return std::make_unique<buffered_stream>(*this, head, now);
  return std::make_unique<stream_or_document>(
      *this, head, now, "{[<",
      std::make_unique<anthropic_stream>(std::string{head.find("request-id")}, options_.key, now));
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
