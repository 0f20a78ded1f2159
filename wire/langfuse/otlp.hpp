#pragma once

#include "core/report/generation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The body of POST /api/public/otel/v1/traces: OpenTelemetry's JSON with Langfuse's attributes.
/// Source: https://github.com/langfuse/langfuse v4.16.0, packages/shared/src/server/otel
/// (2026-08-22).
namespace spillway::wire::langfuse {

/// Who exports, and how much of the conversations may leave the process.
struct trace_resource {
  std::string service_name = "spillway";
  std::string environment; ///< brought into Langfuse's shape: [a-z0-9_-]{1,40}, else "default"
  std::string release;     ///< empty: not sent
  bool capture_input = false;
  bool capture_output = false;
};

/// One finished span with what is said of its exporter, as it is kept until it is delivered: one
/// line each. Equal input gives equal bytes, so that a resend can be recognised as one.
///
/// Never makes an export that is refused as a whole: an id that is not hexadecimal is replaced by a
/// hash of it (the same one for the same id, and the original goes to the metadata), an end before
/// its start is the start, text that is not UTF-8 is repaired, texts are cut to
/// `bounds::trace_text_bytes_max`. Costs and counts are written exactly as they are, parts disjoint
/// and `total` always there; a failed call has level ERROR.
std::string encode_trace(const report::generation& generation, const trace_resource& resource);

/// The body of one export. The bytes of a span in it are those of its trace. Requires: each is from
/// `encode_trace` or `without_texts`.
std::string join_traces(const std::vector<std::string_view>& traces);

/// The same trace without the texts of prompt and reply, for a receiver that finds it too large;
/// absent if it has none. Its numbers stay.
std::optional<std::string> without_texts(std::string_view trace);

} // namespace spillway::wire::langfuse
