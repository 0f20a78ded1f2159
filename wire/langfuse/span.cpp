#include "wire/langfuse/span.hpp"

#include "wire/json_text.hpp"
#include "wire/langfuse/span_text.hpp"

#include <algorithm>

namespace spillway::wire::langfuse {
namespace {

constexpr int status_code_error = 2;

void append_string(std::string& out, std::string_view before, std::string_view text) {
  out += before;
  append_json_string(out, text);
}

std::string resource_attributes(const trace_resource& resource) {
  attribute_list about;
  about.add("service.name", resource.service_name);
  about.add("langfuse.environment", environment_name(resource.environment));
  about.add_if_set("langfuse.release", resource.release);
  return about.text();
}

/// As text: a JSON number of this size loses its last digits on the way.
std::string nanos_text(wall_time t) {
  return '"' + std::to_string(std::max<std::int64_t>(to_unix_nanos(t), 0)) + '"';
}

std::string status_text(const std::optional<std::string>& failure) {
  if (!failure)
    return "{}";
  std::string out = R"({"code":)" + std::to_string(status_code_error);
  append_string(out, R"(,"message":)", *failure);
  return out + '}';
}

} // namespace

void attribute_list::open(std::string_view key) {
  append_string(items_, items_.empty() ? R"({"key":)" : R"(,{"key":)", key);
}

void attribute_list::add(std::string_view key, std::string_view value) {
  open(key);
  append_string(items_, R"(,"value":{"stringValue":)", value);
  items_ += "}}";
}

void attribute_list::add_if_set(std::string_view key, std::string_view value) {
  if (!value.empty())
    add(key, value);
}

void attribute_list::add_all(std::string_view key, const std::vector<std::string>& values) {
  if (values.empty())
    return;
  open(key);
  std::string_view before = R"(,"value":{"arrayValue":{"values":[{"stringValue":)";
  for (const std::string& value : values) {
    append_string(items_, before, value);
    before = R"(},{"stringValue":)";
  }
  items_ += "}]}}}";
}

/// Members in the order of their names, as a document has them that was read and written again.
std::string trace_text(const span& s, const trace_resource& resource) {
  std::string out = R"({"attributes":)" + resource_attributes(resource) + "}\n";
  out += R"({"attributes":)" + s.attributes.text();
  out += R"(,"endTimeUnixNano":)" + nanos_text(std::max(s.started_at, s.ended_at));
  out += R"(,"kind":)" + std::to_string(static_cast<int>(s.kind));
  append_string(out, R"(,"name":)", s.name);
  if (!s.parent_id.empty())
    append_string(out, R"(,"parentSpanId":)", hex_id(s.parent_id, span_id_digits));
  append_string(out, R"(,"spanId":)", hex_id(s.span_id, span_id_digits));
  out += R"(,"startTimeUnixNano":)" + nanos_text(s.started_at);
  out += R"(,"status":)" + status_text(s.failure);
  append_string(out, R"(,"traceId":)", hex_id(s.trace_id, trace_id_digits));
  return out += '}';
}

} // namespace spillway::wire::langfuse
