#include "providers/openai.hpp"

#include "providers/failure.hpp"
#include "providers/stream_or_document.hpp"
#include "wire/left_out.hpp"
#include "wire/openai/chat_chunk.hpp"
#include "wire/openai/chat_reply.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/embeddings.hpp"
#include "wire/openai/error_body.hpp"
#include "wire/openai/response_events.hpp"
#include "wire/openai/response_reply.hpp"
#include "wire/openai/response_request.hpp"
#include "wire/rate_headers.hpp"
#include "wire/sse.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace spillway::providers {
namespace {

using event_reader = std::variant<wire::openai::chunk_reader, wire::openai::response_reader>;

call_failure interrupted() {
  return {failure_kind::interrupted, 200, "the stream ended before its answer did", std::nullopt};
}

/// Reads whichever of the two streams the first event begins.
class openai_stream final : public stream_decoder {
public:
  openai_stream(std::string request_id, const secret& key, wall_time now)
      : request_id_{std::move(request_id)}, key_{key}, now_{now} {}

  void feed(std::string_view bytes, std::vector<chat_delta>& deltas) override {
    events_.clear();
    sse_.feed(bytes, events_);
    take(deltas);
  }

  bool ended() const override { return reader_ended() || sse_.broken(); }

  void flush(std::vector<chat_delta>& deltas) override {
    const bool had_ended = reader_ended();
    events_.clear();
    sse_.finish(events_);
    take(deltas);
    // An event that was not closed and cannot be read was cut, as the stream was.
    is_cut_ = !had_ended && !malformed().empty();
  }

  received_reply finish() override {
    received_reply done;
    done.failure = failure();
    done.reply = std::visit([](auto& reader) { return reader.take_reply(); }, reader_);
    if (!done.failure)
      done.failure = failure_in(done.reply);
    if (!request_id_.empty())
      done.reply.provider_request_id = request_id_;
    return done;
  }

private:
  void take(std::vector<chat_delta>& deltas) {
    for (const wire::sse_event& event : events_) {
      if (!std::exchange(is_chosen_, true) && wire::openai::is_response_event(event))
        reader_.emplace<wire::openai::response_reader>();
      std::visit([&](auto& reader) { reader.take(event, deltas); }, reader_);
    }
  }

  bool reader_ended() const {
    return std::visit([](const auto& reader) { return reader.ended(); }, reader_);
  }
  const std::string& malformed() const {
    return std::visit([](const auto& r) -> const std::string& { return r.malformed(); }, reader_);
  }
  const std::string& error_json() const {
    return std::visit([](const auto& r) -> const std::string& { return r.error_json(); }, reader_);
  }
  bool is_whole() const {
    return std::visit([](const auto& reader) { return reader.is_whole(); }, reader_);
  }

  std::optional<call_failure> failure() const {
    if (!error_json().empty())
      return failure_of({200, {}, error_json()}, now_, key_);
    if (!malformed().empty() && !is_cut_)
      return malformed_reply(200, malformed());
    if (sse_.broken())
      return malformed_reply(200, "an event of the stream is larger than any answer");
    return is_cut_ || !is_whole() ? std::optional{interrupted()} : std::nullopt;
  }

  std::string request_id_;
  const secret& key_;
  wall_time now_;
  wire::sse_reader sse_;
  std::vector<wire::sse_event> events_;
  bool is_chosen_ = false;
  bool is_cut_ = false;
  event_reader reader_;
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

/// What the catalog says of a model counts beside what its name does: a deployment may have any.
model_rule openai_codec::rule_of(const upstream_call& call) const {
  model_rule rule = rule_for(options_.row, call.model);
  rule.responses_only = rule.responses_only || call.responses_only;
  return rule;
}

wire::http_request openai_codec::encode(const upstream_call& call) const {
  const model_rule rule = rule_of(call);
  wire::openai::request_options how = options_.row.options;
  how.stream = call.stream;
  how.sampling = !rule.reasons;
  if (rule.breakpoints)
    how.cache = wire::openai::cache_notation::breakpoint;
  wire::http_request request =
      rule.responses_only
          ? post("/responses",
                 wire::openai::encode_response_request(call.request, call.model, call.output_max,
                                                       call.stream, how.sampling))
          : post("/chat/completions",
                 wire::openai::encode_chat_request(call.request, call.model, call.output_max, how));
  request.headers.add("Accept", call.stream ? "text/event-stream" : "application/json");
  // A caller's own id, by which the vendor's support finds a call that was never answered. Source:
  // https://developers.openai.com/api/reference/overview#debugging-requests (2026-11-25).
  if (call.lease)
    request.headers.add("X-Client-Request-Id", std::to_string(call.lease.value));
  return request;
}

std::vector<std::string> openai_codec::left_out(const upstream_call& call) const {
  const model_rule rule = rule_of(call);
  const wire::openai::request_options& how = options_.row.options;
  // Told not to think, these models take them after all.
  const bool samples = !rule.reasons || call.request.effort == reasoning_effort::none;
  wire::vocabulary can{.dialect = wire::openai::chat_dialect, .foreign = how.foreign};
  can.sampling = can.penalties = samples;
  can.top_k = how.top_k;
  can.logprobs = how.logprobs && samples;
  const bool in_tokens = call.request.reasoning_tokens_max && !call.request.effort;
  can.effort = how.effort == wire::openai::effort_notation::object
               || (how.effort == wire::openai::effort_notation::field
                   && (!in_tokens || rule.reasons || rule.responses_only));
  can.names = how.names;
  if (rule.responses_only) {
    can.foreign = wire::openai::response_foreign();
    can.seed = can.stop = can.several = can.penalties = can.logprobs = can.names = false;
  }
  return wire::left_out(call.request, can);
}

received_reply openai_codec::decode_whole(const wire::http_response& response,
                                          wall_time now) const {
  if (response.status != 200)
    return no_answer(failure_of(response, now, options_.key));
  auto reply = wire::openai::decode_chat_reply(response.body);
  if (!reply && wire::openai::is_response(response.body))
    reply = wire::openai::decode_response_reply(response.body);
  if (!reply)
    return no_answer(wire::openai::carries_error(response.body)
                         ? failure_of(response, now, options_.key)
                         : malformed_reply(response.status, reply.failure().message));
  if (const auto id = response.headers.find("x-request-id"); !id.empty())
    reply->provider_request_id = id;
  auto failure = failure_in(*reply);
  return {std::move(reply).value(), std::move(failure)};
}

std::unique_ptr<stream_decoder> openai_codec::decode_stream(const wire::http_headers& head,
                                                            wall_time now) const {
  if (announces_json(head))
    return std::make_unique<buffered_stream>(*this, head, now);
  return std::make_unique<stream_or_document>(
      *this, head, now, "{[<",
      std::make_unique<openai_stream>(std::string{head.find("x-request-id")}, options_.key, now));
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
