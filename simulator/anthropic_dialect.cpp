#include "simulator/anthropic_dialect.hpp"

#include "core/assert.hpp"
#include "simulator/anthropic_rules.hpp"
#include "simulator/reply_pieces.hpp"
#include "wire/anthropic/chat_events.hpp"
#include "wire/anthropic/chat_reply.hpp"
#include "wire/anthropic/chat_request.hpp"
#include "wire/anthropic/count_reply.hpp"
#include "wire/anthropic/error_body.hpp"
#include "wire/anthropic/model_list.hpp"
#include "wire/anthropic/rate_headers.hpp"
#include "wire/timestamp.hpp"

#include <chrono>
#include <utility>

namespace spillway::simulator {
namespace {

using std::chrono::seconds;

constexpr std::string_view messages_path = "/v1/messages";
constexpr std::string_view count_path = "/v1/messages/count_tokens";
constexpr std::string_view models_path = "/v1/models";

/// Counts of tokens are told in thousands.
constexpr std::int64_t told_in = 1'000;

wire::http_response json_response(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.headers.add("content-type", "application/json");
  response.body = std::move(body);
  return response;
}

/// 20000 -> "20,000"
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;)
    text.insert(at -= 3, ",");
  return text;
}

std::string unit_of(rate::dimension which) {
  switch (which) {
    case rate::dimension::input_tokens_per_minute: return "input tokens per minute";
    case rate::dimension::output_tokens_per_minute: return "output tokens per minute";
    case rate::dimension::tokens_per_minute: return "tokens per minute";
    case rate::dimension::requests_per_day: return "requests per day";
    case rate::dimension::tokens_per_day: return "tokens per day";
    case rate::dimension::requests_per_minute:
    case rate::dimension::concurrent_requests: break;
  }
  return "requests per minute";
}

std::string rate_words(const problem& p, const std::string& organization) {
  if (!p.refusal)
    return "This request would exceed your account's rate limit. Please try again later.";
  if (p.refusal->binding == rate::dimension::concurrent_requests)
    return "Number of concurrent connections has exceeded your rate limit. Please try again later "
           "or contact sales at https://www.anthropic.com/contact-sales to discuss your options "
           "for a rate limit increase.";
  return "This request would exceed the rate limit for your organization (" + organization
         + ") of " + grouped(p.refusal->limit) + " " + unit_of(p.refusal->binding)
         + ". For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the "
           "response headers for current usage.";
}

std::string context_words(const problem& p) {
  const std::string allowed = std::to_string(p.allowed.value());
  const std::string wanted = std::to_string(p.wanted.value());
  if (p.wanted > p.allowed)
    return "prompt is too long: " + wanted + " tokens > " + allowed + " maximum";
  return "input length and `max_tokens` exceed context limit: " + wanted + " + "
         + std::to_string(p.output.value()) + " > " + allowed
         + ", decrease input length or `max_tokens` and try again";
}

struct refusal_words {
  int status;
  std::string message;
};

refusal_words words_for(const problem& p, const std::string& organization) {
  using kind = problem::kind;
  switch (p.what) {
    case kind::unknown_route: return {404, "Not Found"};
    case kind::wrong_method: return {405, "Method Not Allowed"};
    case kind::unauthorized: return {401, "x-api-key header is required"};
    case kind::invalid_key: return {401, "invalid x-api-key"};
    case kind::malformed: return {400, p.text};
    case kind::unknown_model: return {404, "model: " + p.model};
    case kind::context_too_long: return {400, context_words(p)};
    case kind::rate_limited: return {429, rate_words(p, organization)};
    case kind::quota_exhausted:
      return {400, "Your credit balance is too low to access the Anthropic API. Please go to Plans "
                   "& Billing to upgrade or purchase credits."};
    case kind::overloaded: return {529, "Overloaded"};
    case kind::server_error: break;
  }
  return {500, "Internal server error"};
}

std::string error_text(const refusal_words& words) {
  return wire::anthropic::encode_error_body(
      {std::string{wire::anthropic::error_type_of(words.status)}, words.message, {}});
}

/// A thought for who asks for some, ids that begin as this vendor's do, and signatures.
chat_reply in_anthropic_words(chat_reply said, const chat_request& asked) {
  const auto tail = [](const std::string& id) { return id.substr(id.find_first_of("-_") + 1); };
  if (asked.effort.value_or(reasoning_effort::none) != reasoning_effort::none
      || asked.reasoning_tokens_max)
    said.message.reasoning.push_back({"The question is clear, so this is what I do next."});
  said.provider_request_id = "msg_01" + tail(said.provider_request_id);
  for (tool_call& call : said.message.tool_calls)
    call.id = "toolu_01" + tail(call.id);
  for (reasoning_block& block : said.message.reasoning)
    block.signature = sign_thought(block.text);
  said.finish_native.clear();
  return said;
}

/// Rounded, unless the limit itself is less than what it is rounded to.
std::int64_t told_remaining(const quota_standing& s) {
  return s.limit < told_in ? s.remaining : (s.remaining + told_in / 2) / told_in * told_in;
}

} // namespace

anthropic_dialect::anthropic_dialect(std::string organization)
    : organization_{std::move(organization)} {
}

std::optional<endpoint> anthropic_dialect::serves(std::string_view path) const {
  if (path == messages_path)
    return endpoint::chat;
  if (path == count_path)
    return endpoint::count_tokens;
  return path == models_path ? std::optional{endpoint::models} : std::nullopt;
}

bool anthropic_dialect::is_authorized(const wire::http_headers& headers) const {
  return !headers.find("x-api-key").empty()
         || headers.find("authorization").starts_with("Bearer ");
}

result<chat_call> anthropic_dialect::read_chat(const wire::http_request& request) const {
  if (request.headers.find("anthropic-version").empty())
    return error{"anthropic-version: header is required"};
  const bool counts = request.target.starts_with(count_path);
  auto read = counts ? wire::anthropic::decode_count_request(request.body)
                     : wire::anthropic::decode_chat_request(request.body);
  if (!read)
    return read.failure();
  if (const auto broken = broken_rule(request.body))
    return error{*broken};
  return chat_call{std::move(read->model), std::move(read->request), read->stream, true};
}

result<embedding_call> anthropic_dialect::read_embedding(const wire::http_request&) const {
  SPILLWAY_ASSERT(!"Anthropic has no path for embeddings");
}

wire::http_response anthropic_dialect::refuse(const problem& p) const {
  const refusal_words words = words_for(p, organization_);
  wire::http_response response = json_response(words.status, error_text(words));
  if (p.retry_after && *p.retry_after > duration::zero())
    response.headers.add("retry-after",
                         std::to_string(std::chrono::ceil<seconds>(*p.retry_after).count()));
  const bool may_retry = words.status == 429 || words.status >= 500;
  response.headers.add("x-should-retry", may_retry ? "true" : "false");
  return response;
}

wire::http_response anthropic_dialect::answer(const chat_reply& said, const chat_call& call,
                                              wall_time) const {
  const chat_reply told = in_anthropic_words(said, call.chat);
  return json_response(200, wire::anthropic::encode_chat_reply(told, told.provider_request_id));
}

std::vector<std::string> anthropic_dialect::events(const chat_reply& said, const chat_call& call,
                                                   wall_time) const {
  const chat_reply told = in_anthropic_words(said, call.chat);
  wire::anthropic::event_writer writer{
      {told.provider_request_id, told.model_reported, told.usage.input}};
  std::vector<std::string> events = {writer.begin(), wire::anthropic::event_writer::ping()};
  for (const chat_delta& piece : pieces_of(told))
    events.push_back(writer.add(piece));
  events.push_back(writer.end(told));
  return events;
}

/// After its head a stream fails for want of capacity, whatever failed.
std::string anthropic_dialect::error_event(const problem& p) const {
  problem told = p;
  if (p.what == problem::kind::server_error)
    told.what = problem::kind::overloaded;
  return "event: error\ndata: " + error_text(words_for(told, organization_)) + "\n\n";
}

wire::http_response anthropic_dialect::count(token_count total) const {
  return json_response(200, wire::anthropic::encode_count_reply(total));
}

wire::http_response anthropic_dialect::embedded(const embedding_reply&,
                                                const embedding_call&) const {
  SPILLWAY_ASSERT(!"Anthropic has no path for embeddings");
}

wire::http_response anthropic_dialect::models(const std::vector<offered_model>& offered) const {
  std::vector<wire::anthropic::listed_model> listed;
  for (const offered_model& m : offered)
    listed.push_back({m.name, {}, m.context, wire::anthropic::traits_of(m.name).output_max});
  return json_response(200, wire::anthropic::encode_model_list(listed));
}

void anthropic_dialect::add_standings(wire::http_headers& headers, quota& limits,
                                      instant now) const {
  rate::observed_limits told;
  if (const auto requests = limits.requests_standing(now.mono)) {
    told.requests_limit = requests->limit;
    told.requests_remaining = requests->remaining;
    told.requests_reset = requests->reset;
  }
  const auto input = limits.input_standing(now.mono);
  if (const auto tokens = input ? input : limits.tokens_standing(now.mono)) {
    told.input_tokens_limit = tokens->limit;
    told.input_tokens_remaining = told_remaining(*tokens);
    told.input_tokens_reset = tokens->reset;
  }
  if (const auto tokens = limits.output_standing(now.mono)) {
    told.output_tokens_limit = tokens->limit;
    told.output_tokens_remaining = told_remaining(*tokens);
    told.output_tokens_reset = tokens->reset;
  }
  headers.add("date", wire::to_http_date(now.wall));
  wire::anthropic::encode_rate_headers(told, now.wall, headers);
}

} // namespace spillway::simulator
