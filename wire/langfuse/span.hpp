#pragma once

#include "core/units.hpp"
#include "wire/langfuse/otlp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Internal to the sources of `wire/langfuse`: OpenTelemetry's spans, written as text. There is one
/// for each call, and a document in between would cost more than all the rest of it.
namespace spillway::wire::langfuse {

/// OpenTelemetry's list of {key, value}.
class attribute_list {
public:
  void add(std::string_view key, std::string_view value);
  /// Unless the value is empty.
  void add_if_set(std::string_view key, std::string_view value);
  void add_all(std::string_view key, const std::vector<std::string>& values);
  /// As JSON.
  std::string text() const { return '[' + items_ + ']'; }

private:
  void open(std::string_view key);

  std::string items_;
};

enum class span_kind {
  internal = 1,
  client = 3,
};

struct span {
  std::string trace_id;  ///< any text: `hex_id` makes an id of it
  std::string span_id;   ///< likewise
  std::string parent_id; ///< likewise; empty: none
  std::string name;
  span_kind kind = span_kind::internal;
  wall_time started_at{};
  wall_time ended_at{}; ///< told as no earlier than the start
  attribute_list attributes;
  std::optional<std::string> failure; ///< why its status is an error
};

/// A trace as `encode_trace` keeps it: who exports, a line feed, the span. The same bytes for the
/// same arguments.
std::string trace_text(const span& s, const trace_resource& resource);

} // namespace spillway::wire::langfuse
