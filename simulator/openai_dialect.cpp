#include "simulator/openai_dialect.hpp"

#include "core/assert.hpp"
#include "simulator/openai_chunks.hpp"
#include "simulator/openai_replies.hpp"
#include "simulator/openai_request.hpp"
#include "simulator/refusal_text.hpp"
#include "simulator/reply_pieces.hpp"
#include "wire/openai/embeddings.hpp"
#include "wire/openai/response_request.hpp"
#include "wire/openai/response_writer.hpp"

#include <chrono>
#include <utility>

namespace spillway::simulator {
namespace {

constexpr std::string_view responses_path = "/v1/responses";

result<chat_call> read_response_call(std::string_view body) {
  auto read = wire::openai::decode_response_request(body);
  if (!read)
    return error{"Invalid request: " + read.failure().message};
  chat_call call{std::move(read->model), std::move(read->request), read->stream};
  call.by_responses = true;
  return call;
}

wire::openai::response_head head_of(const chat_reply& said, wall_time now) {
  return {said.provider_request_id, said.model_reported, now};
}

wire::http_response whole_response(const chat_reply& said, const chat_call& call, wall_time now) {
  wire::http_response response;
  response.headers.add("content-type", "application/json");
  response.body = wire::openai::encode_response_reply(said, head_of(said, now), call.chat);
  return response;
}

/// A write for each piece, the events around it included.
std::vector<std::string> response_events(const chat_reply& said, const chat_call& call,
                                         wall_time now) {
  wire::openai::response_writer writer{head_of(said, now), call.chat};
  std::vector<std::string> writes(1);
  writer.begin(writes.back());
  for (const chat_delta& piece : pieces_of(said))
    writer.add(piece, writes.emplace_back());
  writer.complete(said.finish, said.usage, writes.emplace_back());
  std::erase(writes, std::string{}); // what a piece of no words adds
  return writes;
}

wire::http_response refuse_rate(const problem& p, const std::string& organization) {
  wire::http_response response =
      p.refusal ? rate_limited(refusal_type(*p.refusal),
                               refusal_message(*p.refusal, p.model, organization))
                : rate_limited("requests", "Rate limit reached for " + p.model + ".");
  return response;
}

wire::http_response response_for(const problem& p, const std::string& organization) {
  using kind = problem::kind;
  switch (p.what) {
    case kind::unknown_route: return unknown_route(p.method, p.text);
    case kind::wrong_method: return wrong_method(p.text, p.method);
    case kind::unauthorized: return missing_authorization();
    case kind::invalid_key:
      return error_reply(401, "Incorrect API key provided.", "invalid_request_error", "",
                         "invalid_api_key");
    case kind::malformed: return invalid_request(p.text);
    case kind::unknown_model: return unknown_model(p.model);
    case kind::context_too_long: return context_too_long(p.allowed, p.wanted);
    case kind::rate_limited: return refuse_rate(p, organization);
    case kind::quota_exhausted:
      return error_reply(429,
                         "You exceeded your current quota, please check your plan and billing "
                         "details.",
                         "insufficient_quota", "", "insufficient_quota");
    case kind::overloaded:
      return error_reply(503, "The engine is currently overloaded, please try again later",
                         "server_error", "", "");
    case kind::server_error: break;
  }
  return error_reply(500,
                     "The server had an error while processing your request. Sorry about "
                     "that!",
                     "server_error", "", "");
}

} // namespace

openai_dialect::openai_dialect(std::string organization)
    : organization_{std::move(organization)} {
}

std::optional<endpoint> openai_dialect::serves(std::string_view path) const {
  if (path == "/v1/chat/completions" || path == responses_path)
    return endpoint::chat;
  if (path == "/v1/embeddings")
    return endpoint::embeddings;
  return path == "/v1/models" ? std::optional{endpoint::models} : std::nullopt;
}

bool openai_dialect::is_authorized(const wire::http_headers& headers) const {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view value = headers.find("Authorization");
  return value.starts_with(scheme) && value.size() > scheme.size();
}

result<chat_call> openai_dialect::read_chat(const wire::http_request& request) const {
  return request.target == responses_path ? read_response_call(request.body)
                                          : read_chat_call(request.body);
}

result<embedding_call> openai_dialect::read_embedding(const wire::http_request& request) const {
  auto read = wire::openai::decode_embedding_request(request.body);
  if (!read)
    return error{"Invalid request: " + read.failure().message};
  return embedding_call{std::move(read->model), std::move(read->request), true, read->base64};
}

wire::http_response openai_dialect::refuse(const problem& p) const {
  wire::http_response response = response_for(p, organization_);
  if (p.retry_after && *p.retry_after > duration::zero())
    add_retry_after(response.headers, *p.retry_after);
  return response;
}

wire::http_response openai_dialect::answer(const chat_reply& said, const chat_call& call,
                                           wall_time now) const {
  return call.by_responses ? whole_response(said, call, now) : chat_completion(said, now);
}

std::vector<std::string> openai_dialect::events(const chat_reply& said, const chat_call& call,
                                                wall_time now) const {
  return call.by_responses ? response_events(said, call, now)
                           : chat_chunks(said, now, call.include_usage);
}

std::string openai_dialect::error_event(const problem&) const {
  return error_chunk();
}

wire::http_response openai_dialect::count(token_count) const {
  SPILLWAY_ASSERT(!"OpenAI has no path to count tokens at");
}

wire::http_response openai_dialect::embedded(const embedding_reply& reply,
                                             const embedding_call& call) const {
  return embedding_list(reply, call.base64);
}

wire::http_response openai_dialect::models(const std::vector<offered_model>& offered) const {
  std::vector<std::string> names;
  for (const offered_model& m : offered)
    names.push_back(m.name);
  return model_list(names);
}

void openai_dialect::add_time(wire::http_headers& headers, duration took) const {
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(took).count();
  headers.add("openai-processing-ms", std::to_string(millis));
}

void openai_dialect::add_standings(wire::http_headers& headers, quota& limits,
                                   instant now) const {
  add_standing(headers, "requests", limits.requests_standing(now.mono));
  add_standing(headers, "tokens", limits.tokens_standing(now.mono));
}

} // namespace spillway::simulator
