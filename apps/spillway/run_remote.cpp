#include "apps/spillway/run_remote.hpp"

#include "config/values.hpp"
#include "providers/registry.hpp"
#include "runtime/command_network.hpp"
#include "wire/openai/error_body.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace spillway::apps {
namespace {

/// The route of a request that names none, as gateways call it.
constexpr const char* usual_target = "default";
/// The gateway ends each request by its deadline; this is for one that hangs.
constexpr duration answer_margin = std::chrono::seconds{10};

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items)
    out += (out.empty() ? "" : ",") + item;
  return out;
}

void add_controls(wire::http_headers& headers, const run_completion& r) {
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      headers.add(std::string{"x-spillway-"} + name, value);
  };
  if (r.deadline > duration{})
    add("deadline-ms",
        std::to_string(std::chrono::ceil<std::chrono::milliseconds>(r.deadline).count()));
  if (r.cost_max)
    add("max-cost-usd", to_decimal_usd(*r.cost_max));
  add("fallback", r.allow_fallback ? "" : "false");
  add("team", r.labels.team);
  add("user", r.labels.user);
  add("session", r.labels.session);
  add("tags", list_of(r.labels.tags));
}

std::int64_t number_in(const wire::http_headers& headers, const char* name) {
  const std::string_view text = headers.find(name);
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::optional<nano_usd> dollars_in(const wire::http_headers& headers, const char* name) {
  nano_usd out;
  const std::string text{headers.find(name)};
  return parse_decimal_usd(text, out) ? std::optional{out} : std::nullopt;
}

/// What the gateway says of a request in its headers, answered or not.
report::run_answer account_of(const wire::http_headers& headers) {
  report::run_answer out;
  out.model = {std::string{headers.find("x-spillway-model")}};
  out.input = token_count{number_in(headers, "x-spillway-input-tokens")};
  out.output = token_count{number_in(headers, "x-spillway-output-tokens")};
  out.cost = dollars_in(headers, "x-spillway-cost-usd").value_or(nano_usd{});
  out.waited = std::chrono::milliseconds{number_in(headers, "x-spillway-waited-ms")};
  out.budget_left = dollars_in(headers, "x-spillway-budget-left-usd");
  if (const std::string left{headers.find("x-spillway-left-out")}; !left.empty())
    out.left_out.push_back(left);
  if (const std::int64_t wait = number_in(headers, "Retry-After"); wait > 0)
    out.retry_after = std::chrono::seconds{wait};
  return out;
}

/// docs/OPERATIONS.md has the table that this reads backwards.
completion_status status_of(int status, const std::string& code) {
  constexpr std::array named{completion_status::deadline_exceeded, completion_status::cancelled,
                             completion_status::shutting_down, completion_status::upstream_failed};
  for (const completion_status s : named)
    if (code == to_string(s))
      return s;
  if (code == "model_not_found")
    return completion_status::unknown_target;
  if (code == "context_length_exceeded")
    return completion_status::context_too_long;
  if (code == "content_filter")
    return completion_status::content_filtered;
  if (code == "insufficient_quota")
    return completion_status::over_budget;
  if (code == "max_cost_exceeded")
    return completion_status::over_max_cost;
  if (status == 429)
    return completion_status::rate_limited;
  return status >= 500 ? completion_status::overloaded : completion_status::invalid_request;
}

/// Errors: nobody is there who could take it, or the key is refused.
result<report::run_answer> read_reply(const providers::codec& speaks,
                                      const wire::http_response& reply) {
  report::run_answer out = account_of(reply.headers);
  if (reply.status != 200) {
    const auto why = wire::openai::decode_error_body(reply.body);
    if (reply.status == 401 || reply.status == 403)
      return error{"the gateway does not take the key: " + why.message
                   + "; set SPILLWAY_KEY to one of its keys"};
    out.status = status_of(reply.status, why.code);
    out.reason = why.message;
    return out;
  }
  const auto answer = speaks.decode(reply, std::chrono::system_clock::now());
  if (const auto* failure = std::get_if<call_failure>(&answer)) {
    out.status = completion_status::upstream_failed;
    out.reason = failure->message;
    return out;
  }
  const auto& whole = std::get<chat_reply>(answer);
  out.text = plain_text(whole.message) + whole.refusal;
  out.finish = whole.finish;
  return out;
}

} // namespace

result<gateway_address> read_gateway_address(const std::string& text) {
  std::string whole = text;
  while (whole.ends_with('/'))
    whole.pop_back();
  if (!whole.ends_with("/v1"))
    whole += "/v1";
  auto url = config::read_base_url(whole);
  if (!url)
    return error{"--gateway " + text + " " + url.failure().message};
  return gateway_address{std::move(*url), {}, {}};
}

result<report::run_answer> run_through(const gateway_address& gateway,
                                       const run_completion& request) {
  const auto speaks = providers::make_codec("generic", gateway.url.path, gateway.key);
  if (!speaks)
    return speaks.failure();
  const std::string target = request.target.empty() ? usual_target : request.target;
  wire::http_request call = (*speaks)->encode(
      {*request.chat, target, request.chat->output_tokens_max.value_or(token_count{})});
  add_controls(call.headers, request);
  const duration whole =
      (request.deadline > duration{} ? request.deadline : bounds::deadline_default) + answer_margin;
  runtime::command_network network;
  const auto http = network.factory()({gateway.ca_file, 1});
  if (!http)
    return http.failure();
  const auto exchange =
      runtime::ask(**http, {gateway.url.tls, gateway.url.host, gateway.url.port}, std::move(call),
                   {std::chrono::seconds{5}, whole, whole, whole})
          .get();
  if (const auto* failure = std::get_if<transport::http_failure>(&exchange.outcome))
    return error{"the gateway cannot be asked: " + failure->message
                 + "; does `spillway serve` run there?"};
  return read_reply(**speaks, std::get<wire::http_response>(exchange.outcome));
}

} // namespace spillway::apps
