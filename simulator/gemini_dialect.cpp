#include "simulator/gemini_dialect.hpp"

#include "simulator/chance.hpp"
#include "simulator/refusal_text.hpp"
#include "simulator/reply_pieces.hpp"
#include "wire/gemini/chat_chunk.hpp"
#include "wire/gemini/chat_reply.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/count_tokens.hpp"
#include "wire/gemini/embeddings.hpp"
#include "wire/gemini/error_body.hpp"
#include "wire/gemini/model_list.hpp"
#include "wire/sse.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace spillway::simulator {
namespace {

using wire::gemini::error_body;
using wire::gemini::quota_violation;

constexpr std::string_view models_path = "/v1beta/models";
constexpr std::string_view vertex_models_path = "/publishers/google/models";

/// Stands for no signature at all. Source: as `gemini_dialect`; "skip_thought_signature_validator".
constexpr std::string_view waived_signature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";
constexpr std::string_view signature_mark = "c2ln"; ///< begins ours: "sig" in base64

struct method_name {
  std::string_view name;
  endpoint what;
};
constexpr std::array<method_name, 5> methods = {{
    {"generateContent", endpoint::chat},
    {"streamGenerateContent", endpoint::chat},
    {"countTokens", endpoint::count_tokens},
    {"batchEmbedContents", endpoint::embeddings},
    {"embedContent", endpoint::embeddings},
}};

/// "/v1beta/models/M:method", or Vertex's
/// "/v1/projects/P/locations/L/publishers/google/models/...".
struct target {
  std::string_view model;
  std::string_view method;
};

std::optional<target> split(std::string_view path) {
  path = path.substr(0, path.find('?'));
  const std::size_t vertex = path.find(vertex_models_path);
  if (path.starts_with(models_path))
    path.remove_prefix(models_path.size());
  else if (vertex != std::string_view::npos)
    path.remove_prefix(vertex + vertex_models_path.size());
  else
    return std::nullopt;
  if (!path.starts_with('/'))
    return std::nullopt;
  path.remove_prefix(1);
  const std::size_t colon = path.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  return target{path.substr(0, colon), path.substr(colon + 1)};
}

wire::http_response json_response(int status, std::string body) {
  wire::http_response response;
  response.status = status;
  response.headers.add("content-type", "application/json; charset=UTF-8");
  response.body = std::move(body);
  return response;
}

bool is_third_generation(std::string_view model) {
  return model.starts_with("gemini-3") || model.ends_with("-latest");
}

/// The first call of each answer since the user last spoke must bear a signature.
bool lacks_signature(const chat_request& chat) {
  for (auto m = chat.messages.rbegin(); m != chat.messages.rend(); ++m) {
    if (m->role == chat_role::user)
      return false;
    if (m->tool_calls.empty())
      continue;
    const std::string& signature = m->tool_calls.front().signature;
    if (signature != waived_signature && !signature.starts_with(signature_mark))
      return true;
  }
  return false;
}

/// Gemini's ids are short, and only the first call of an answer has a signature.
void use_gemini_words(chat_message& said) {
  for (std::size_t i = 0; i < said.tool_calls.size(); ++i) {
    tool_call& call = said.tool_calls[i];
    const std::size_t length = std::min<std::size_t>(call.id.size(), 8);
    const std::string id = call.id.substr(call.id.size() - length);
    call.id = id;
    if (i == 0)
      call.signature = std::string{signature_mark} + std::to_string(1000 + fingerprint(id) % 9000);
  }
}

chat_reply in_gemini_words(chat_reply said) {
  use_gemini_words(said.message);
  for (chat_choice& other : said.alternatives)
    use_gemini_words(other.message);
  return said;
}

struct quota_words {
  const char* metric;
  const char* id;
};

/// Source: recorded 429 bodies, 2025-01 to 2026-08.
quota_words words_for(rate::dimension which) {
  switch (which) {
    case rate::dimension::requests_per_day:
      return {"generate_requests_per_model_per_day", "GenerateRequestsPerDayPerProjectPerModel"};
    case rate::dimension::tokens_per_minute:
    case rate::dimension::input_tokens_per_minute:
    case rate::dimension::output_tokens_per_minute:
    case rate::dimension::tokens_per_day:
      return {"generate_content_paid_tier_input_token_count",
              "GenerateContentPaidTierInputTokensPerModelPerMinute"};
    case rate::dimension::requests_per_minute:
    case rate::dimension::concurrent_requests: break;
  }
  return {"generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"};
}

/// The delay beside a daily quota is a few seconds, of no use: the vendor's own peculiarity.
constexpr duration idle_delay = std::chrono::seconds{8};

void refuse_by_quota(const problem& p, error_body& body) {
  body.code = 429;
  body.status = "RESOURCE_EXHAUSTED";
  body.message = "You exceeded your current quota, please check your plan and billing details.";
  const rate::dimension which =
      p.refusal ? p.refusal->binding : rate::dimension::requests_per_minute;
  const std::int64_t limit = p.refusal ? p.refusal->limit : 0;
  const quota_words words = words_for(which);
  const std::string metric = "generativelanguage.googleapis.com/" + std::string{words.metric};
  quota_violation violation{metric, words.id, p.model, std::nullopt};
  if (p.refusal) {
    violation.value = limit;
    body.message += " \n* Quota exceeded for metric: " + metric + ", limit: "
                    + std::to_string(limit) + ", model: " + p.model;
  }
  body.violations.push_back(std::move(violation));
  body.retry_delay = which == rate::dimension::requests_per_day ? idle_delay
                     : p.refusal                                ? p.refusal->retry_after
                                                                : p.retry_after;
  if (body.retry_delay && *body.retry_delay > duration::zero())
    body.message += "\nPlease retry in " + decimal_seconds(*body.retry_delay) + "s.";
}

error_body body_for(const problem& p) {
  using kind = problem::kind;
  error_body body;
  const auto say = [&](int code, const char* status, std::string message) {
    body.code = code;
    body.status = status;
    body.message = std::move(message);
  };
  switch (p.what) {
    case kind::unknown_route:
    case kind::wrong_method:
      say(404, "NOT_FOUND", "Requested entity was not found: " + p.text);
      break;
    case kind::unauthorized:
      say(403, "PERMISSION_DENIED",
          "Method doesn't allow unregistered callers (callers without established identity). "
          "Please use API Key or other form of API consumer identity to call this API.");
      break;
    case kind::invalid_key:
      say(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.");
      body.reason = "API_KEY_INVALID";
      break;
    case kind::malformed: say(400, "INVALID_ARGUMENT", p.text); break;
    case kind::unknown_model:
      say(404, "NOT_FOUND",
          "models/" + p.model + " is not found for API version v1beta, or is not supported for "
                                "generateContent.");
      break;
    case kind::context_too_long:
      say(400, "INVALID_ARGUMENT",
          "The input token count (" + std::to_string(p.wanted.value())
              + ") exceeds the maximum number of tokens allowed ("
              + std::to_string(p.allowed.value()) + ").");
      break;
    case kind::rate_limited: refuse_by_quota(p, body); break;
    case kind::quota_exhausted:
      say(429, "RESOURCE_EXHAUSTED", "Your project has exceeded its monthly spending cap.");
      break;
    case kind::overloaded:
      say(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
      break;
    case kind::server_error: say(500, "INTERNAL", "An internal error has occurred."); break;
  }
  return body;
}

std::string event_of(std::string_view data) {
  std::string out;
  wire::append_sse_event(out, {}, data);
  return out;
}

} // namespace

std::optional<endpoint> gemini_dialect::serves(std::string_view path) const {
  if (path == models_path)
    return endpoint::models;
  const auto to = split(path);
  if (to)
    for (const method_name& m : methods)
      if (m.name == to->method)
        return m.what;
  return std::nullopt;
}

bool gemini_dialect::is_authorized(const wire::http_headers& headers) const {
  return !headers.find("x-goog-api-key").empty()
         || headers.find("authorization").starts_with("Bearer ");
}

result<chat_call> gemini_dialect::read_chat(const wire::http_request& request) const {
  const auto to = split(request.target);
  const bool counts = to && to->method == "countTokens";
  auto read = counts ? wire::gemini::decode_count_request(request.body)
                     : wire::gemini::decode_chat_request(request.body);
  if (!read)
    return error{"Invalid JSON payload received. " + read.failure().message};
  if (is_third_generation(to->model) && lacks_signature(*read))
    return error{"Function call is missing a thought_signature in functionCall parts. This is "
                 "required for tools to work correctly."};
  return chat_call{std::string{to->model}, std::move(*read),
                   to->method == "streamGenerateContent", true};
}

result<embedding_call> gemini_dialect::read_embedding(const wire::http_request& request) const {
  const auto to = split(request.target);
  auto read = wire::gemini::decode_embedding_request(request.body);
  if (!read)
    return error{"Invalid JSON payload received. " + read.failure().message};
  return embedding_call{std::string{to->model}, std::move(*read),
                        to->method == "batchEmbedContents", false};
}

wire::http_response gemini_dialect::refuse(const problem& p) const {
  const error_body body = body_for(p);
  return json_response(body.code, wire::gemini::encode_error_body(body));
}

wire::http_response gemini_dialect::answer(const chat_reply& said, const chat_call&,
                                           wall_time) const {
  return json_response(200, wire::gemini::encode_chat_reply(in_gemini_words(said)));
}

std::vector<std::string> gemini_dialect::events(const chat_reply& said, const chat_call&,
                                                wall_time) const {
  const wire::gemini::chunk_head head{said.provider_request_id, said.model_reported};
  token_usage so_far = said.usage;
  so_far.output = so_far.reasoning;
  std::vector<std::string> events;
  for (const chat_delta& piece : pieces_of(in_gemini_words(said)))
    events.push_back(event_of(wire::gemini::encode_chunk(head, piece, so_far)));
  events.push_back(event_of(wire::gemini::encode_last_chunk(head, 0, said.finish, said.usage)));
  for (std::size_t i = 0; i < said.alternatives.size(); ++i)
    events.push_back(event_of(wire::gemini::encode_last_chunk(
        head, static_cast<int>(i) + 1, said.alternatives[i].finish, said.usage)));
  return events;
}

/// Without the framing of an event: the vendor's own peculiarity.
std::string gemini_dialect::error_event(const problem& p) const {
  return refuse(p).body + '\n';
}

wire::http_response gemini_dialect::count(token_count total) const {
  return json_response(200, wire::gemini::encode_count_reply(total));
}

wire::http_response gemini_dialect::embedded(const embedding_reply& reply,
                                             const embedding_call& call) const {
  return json_response(200, wire::gemini::encode_embedding_reply(reply, call.batch));
}

void gemini_dialect::add_time(wire::http_headers& headers, duration took) const {
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(took).count();
  headers.add("server-timing", "gfet4t7; dur=" + std::to_string(millis));
}

wire::http_response gemini_dialect::models(const std::vector<offered_model>& offered) const {
  wire::gemini::model_page page;
  for (const offered_model& m : offered)
    page.models.push_back({m.name, m.name, m.context.value_or(token_count{}), token_count{},
                           {"generateContent", "countTokens", "embedContent"}, false});
  return json_response(200, wire::gemini::encode_model_page(page));
}

} // namespace spillway::simulator
