#include "wire/langfuse/otlp_receipt.hpp"

#include "wire/json_reader.hpp"
#include "wire/langfuse/span_text.hpp"

#include <charconv>
#include <cmath>
#include <map>

namespace spillway::wire::langfuse {
namespace {

using nlohmann::json;

/// String values by key; lists of strings are checked and left out.
using attributes = std::map<std::string, std::string>;

void check_list(const json_node& value) {
  const json_node values = value["arrayValue"]["values"];
  if (!values.is_array())
    value.reject("must hold a stringValue or an arrayValue");
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i]["stringValue"].text();
}

attributes read_attributes(const json_node& list) {
  attributes read;
  if (!list.is_array())
    list.reject("must be a list of attributes");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json_node value = list[i]["value"];
    const std::string key = list[i]["key"].text();
    if (value["arrayValue"].present() || !value["stringValue"].present())
      check_list(value);
    else if (!read.emplace(key, value["stringValue"].text()).second)
      list[i].reject("repeats the key " + key);
  }
  return read;
}

std::string attribute(const attributes& all, const std::string& key) {
  const auto it = all.find(key);
  return it == all.end() ? std::string{} : it->second;
}

void check_id(const json_node& id, std::size_t digits) {
  if (!is_hex_id(id.text(), digits))
    id.reject("must be " + std::to_string(digits) + " lower-case hexadecimal digits");
}

std::int64_t read_nanos(const json_node& time) {
  const std::string text = time.text();
  std::int64_t nanos = 0;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), nanos);
  if (problem != std::errc{} || rest != text.data() + text.size() || nanos < 0)
    time.reject("must be nanoseconds as a decimal string");
  return nanos;
}

void check_times(const json_node& span) {
  if (read_nanos(span["startTimeUnixNano"]) > read_nanos(span["endTimeUnixNano"]))
    span["endTimeUnixNano"].reject("is before the start");
}

/// A detail in whole units: tokens, or nano-dollars if `scale` says so. Amounts stay far below
/// 2^53, where a double still holds each whole number.
std::int64_t read_amount(const json_node& value, double scale) {
  const double amount = value.number().value_or(-1) * scale;
  if (!(amount >= 0) || amount > 9e15) {
    value.reject("must be a number of at least zero");
    return 0;
  }
  const double whole = std::round(amount);
  if (scale == 1 && whole != amount)
    value.reject("must be a whole number");
  return static_cast<std::int64_t>(whole);
}

void check_bucket_name(const json_node& details, const std::string& name) {
  if (name.find("input") == std::string::npos && name.find("output") == std::string::npos)
    details.reject("has the bucket " + name + ", which no dashboard sums");
}

/// The total of details that are JSON text; 0 after a fault.
std::int64_t read_details(const json_node& span, const attributes& all, const std::string& key,
                          double scale) {
  const auto document = parse_json(attribute(all, "langfuse.observation." + key));
  if (!document || !document->is_object()) {
    span.reject("must have " + key + " as the JSON text of an object");
    return 0;
  }
  json_fault within;
  const json_node details{*document, within};
  const std::int64_t total = read_amount(details["total"], scale);
  std::int64_t sum = 0;
  bool in_parts = false;
  for (const auto& [name, value] : document->items()) {
    if (name == "total")
      continue;
    check_bucket_name(details, name);
    sum += read_amount(details[name], scale);
    in_parts = true;
  }
  if (in_parts && sum != total)
    details["total"].reject("is not the sum of its parts");
  if (within.found())
    span.reject("has " + key + " where " + within.take().message);
  return total;
}

void check_level(const json_node& span, const attributes& all) {
  const bool failed = span["status"]["code"].integer().value_or(0) == 2;
  if (failed != (attribute(all, "langfuse.observation.level") == "ERROR"))
    span.reject("has a level that contradicts its status");
  if (failed && attribute(all, "langfuse.observation.status_message").empty())
    span.reject("failed without a status message");
}

void read_span(const json_node& span, otlp_receipt& receipt) {
  check_id(span["traceId"], trace_id_digits);
  check_id(span["spanId"], span_id_digits);
  if (span["parentSpanId"].present())
    check_id(span["parentSpanId"], span_id_digits);
  check_times(span);
  const attributes all = read_attributes(span["attributes"]);
  if (span["name"].text().empty())
    span["name"].reject("must not be empty");
  check_level(span, all);
  const std::string type = attribute(all, "langfuse.observation.type");
  if (type == "event") {
    ++receipt.events;
    return;
  }
  if (type != "generation" && type != "embedding")
    span.reject("must be a generation, an embedding or an event");
  if (attribute(all, "langfuse.observation.model.name").empty())
    span.reject("must name its model");
  read_details(span, all, "usage_details", 1);
  ++receipt.generations;
  receipt.cost_total +=
      nano_usd{read_details(span, all, "cost_details", static_cast<double>(nano_usd_per_usd))};
}

void read_group(const json_node& group, otlp_receipt& receipt) {
  const attributes resource = read_attributes(group["resource"]["attributes"]);
  if (!is_environment_name(attribute(resource, "langfuse.environment")))
    group["resource"].reject("must have a langfuse.environment of [a-z0-9_-]{1,40}");
  if (attribute(resource, "service.name").empty())
    group["resource"].reject("must have a service.name");
  const json_node scopes = group["scopeSpans"];
  for (std::size_t s = 0; s < scopes.size(); ++s) {
    const json_node spans = scopes[s]["spans"];
    for (std::size_t i = 0; i < spans.size(); ++i)
      read_span(spans[i], receipt);
  }
}

} // namespace

result<otlp_receipt> decode_otlp(std::string_view body) {
  const auto document = parse_json(body);
  if (!document)
    return document.failure();
  json_fault fault;
  const json_node root{*document, fault};
  const json_node groups = root["resourceSpans"];
  if (!groups.is_array())
    groups.reject("must be a list");
  otlp_receipt receipt;
  for (std::size_t i = 0; i < groups.size(); ++i)
    read_group(groups[i], receipt);
  if (fault.found())
    return fault.take();
  return receipt;
}

} // namespace spillway::wire::langfuse
