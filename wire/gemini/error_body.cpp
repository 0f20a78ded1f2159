#include "wire/gemini/error_body.hpp"

#include "wire/duration.hpp"
#include "wire/json_reader.hpp"
#include "wire/openai/error_body.hpp"

#include <algorithm>
#include <charconv>

namespace spillway::wire::gemini {
namespace {

using nlohmann::json;

constexpr const char* type_prefix = "type.googleapis.com/google.rpc.";

/// Reading an error must not fail: what is of another type than expected is not there.
const json* member(const json& object, const char* name) {
  if (!object.is_object())
    return nullptr;
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::string text_at(const json& object, const char* name) {
  const json* value = member(object, name);
  return value && value->is_string() ? value->get<std::string>() : std::string{};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc{} && rest != text.data() ? std::optional{number} : std::nullopt;
}

/// What stands after `mark`, up to a comma, a blank line's end or a blank.
std::string_view word_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find_first_of(",\n "));
}

void add_quota_failure(const json& detail, error_body& out) {
  const json* violations = member(detail, "violations");
  if (!violations || !violations->is_array())
    return;
  for (const json& v : *violations) {
    const json* dimensions = member(v, "quotaDimensions");
    out.violations.push_back({text_at(v, "quotaMetric"), text_at(v, "quotaId"),
                              dimensions ? text_at(*dimensions, "model") : std::string{},
                              number_of(text_at(v, "quotaValue"))});
  }
}

/// Vertex tells its quota here instead.
void add_error_info(const json& detail, error_body& out) {
  out.reason = text_at(detail, "reason");
  const json* metadata = member(detail, "metadata");
  if (!metadata || text_at(*metadata, "quota_limit").empty())
    return;
  // Its `quota_limit_value` is no limit of the account: recorded ones are 0 where calls are served.
  out.violations.push_back(
      {text_at(*metadata, "quota_metric"), text_at(*metadata, "quota_limit"), {}});
}

void add_detail(const json& detail, error_body& out) {
  const std::string type = text_at(detail, "@type");
  if (type.ends_with("QuotaFailure"))
    add_quota_failure(detail, out);
  else if (type.ends_with("ErrorInfo"))
    add_error_info(detail, out);
  else if (type.ends_with("RetryInfo"))
    out.retry_delay = parse_go_duration(text_at(detail, "retryDelay"));
}

/// "* Quota exceeded for metric: M, limit: 0, model: gemini-2.5-pro", a line for each.
void add_told_quotas(error_body& out) {
  constexpr std::string_view mark = "Quota exceeded for metric: ";
  std::string_view rest = out.message;
  for (auto at = rest.find(mark); at != std::string_view::npos; at = rest.find(mark)) {
    rest.remove_prefix(at);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(mark.size());
    const quota_violation told{std::string{word_after(line, mark)}, {},
                               std::string{word_after(line, "model: ")},
                               number_of(word_after(line, "limit: "))};
    const auto known =
        std::ranges::find(out.violations, told.metric, &quota_violation::metric);
    if (known == out.violations.end())
      out.violations.push_back(told);
    else if (!known->value)
      known->value = told.value;
  }
}

/// "Please retry in 48.939935699s."
std::optional<duration> told_delay(std::string_view message) {
  std::string_view text = word_after(message, "retry in ");
  if (text.ends_with('.'))
    text.remove_suffix(1);
  return parse_go_duration(text);
}

json detail_of(const char* type) {
  return {{"@type", std::string{type_prefix} + type}};
}

json encode_violation(const quota_violation& v) {
  json out = {{"quotaMetric", v.metric}, {"quotaId", v.id}};
  if (!v.model.empty())
    out["quotaDimensions"] = {{"location", "global"}, {"model", v.model}};
  if (v.value)
    out["quotaValue"] = std::to_string(*v.value);
  return out;
}

} // namespace

error_body decode_error_body(std::string_view body) {
  const auto document = parse_json(body);
  const json* root = document ? &*document : nullptr;
  if (root && root->is_array() && !root->empty())
    root = &root->front();
  const json* problem = root ? member(*root, "error") : nullptr;
  error_body read;
  if (!problem || !problem->is_object()) {
    read.message = openai::decode_error_body(body).message;
    return read;
  }
  read.message = text_at(*problem, "message");
  read.status = text_at(*problem, "status");
  if (const json* code = member(*problem, "code"); code && code->is_number_unsigned())
    read.code = static_cast<int>(std::min<std::uint64_t>(code->get<std::uint64_t>(), 999));
  if (const json* details = member(*problem, "details"); details && details->is_array())
    for (const json& detail : *details)
      add_detail(detail, read);
  add_told_quotas(read);
  if (!read.retry_delay)
    read.retry_delay = told_delay(read.message);
  return read;
}

std::string encode_error_body(const error_body& body) {
  json details = json::array();
  if (!body.reason.empty()) {
    json info = detail_of("ErrorInfo");
    info["reason"] = body.reason;
    info["domain"] = "googleapis.com";
    details.push_back(std::move(info));
  }
  if (!body.violations.empty()) {
    json failure = detail_of("QuotaFailure");
    for (const quota_violation& v : body.violations)
      failure["violations"].push_back(encode_violation(v));
    details.push_back(std::move(failure));
  }
  if (body.retry_delay) {
    json info = detail_of("RetryInfo");
    const auto whole = std::chrono::ceil<std::chrono::seconds>(*body.retry_delay);
    info["retryDelay"] = std::to_string(whole.count()) + 's';
    details.push_back(std::move(info));
  }
  json problem = {{"code", body.code}, {"message", body.message}, {"status", body.status}};
  if (!details.empty())
    problem["details"] = std::move(details);
  return dump_json({{"error", std::move(problem)}});
}

} // namespace spillway::wire::gemini
