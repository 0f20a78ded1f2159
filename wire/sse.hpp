#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::wire {

/// One event of a stream.
struct sse_event {
  std::string name; ///< of its `event:` field; empty: "message"
  std::string data; ///< its `data:` lines, joined by newlines
  friend bool operator==(const sse_event&, const sse_event&) = default;
};

/// Reads server-sent events in whatever pieces their bytes come: lines end in LF, CR or CR LF, a
/// byte order mark at the start and comments are passed over, and an event ends at an empty line.
/// Events without data are dropped, as the standard says.
///
/// Two ways in which servers have told of an error within a stream are read as well: `error: {...}`
/// (llama.cpp until 2025-09) as an event of that name, and a bare JSON object (Ollama, proxies) as
/// data; the standard would pass over both.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (2026-11).
class sse_reader {
public:
  /// Appends the events that `bytes` complete. Does nothing once the stream is `broken`.
  void feed(std::string_view bytes, std::vector<sse_event>& events);

  /// The stream is over. Appends the last event if it has data but lacks its empty line: vendors
  /// end streams so, whatever the standard says.
  void finish(std::vector<sse_event>& events);

  /// True after an event or a line above `bounds::sse_event_bytes_max`.
  bool broken() const noexcept { return broken_; }

private:
  void take_line(std::string_view line, std::vector<sse_event>& events);
  void add_data(std::string_view line);
  void end_event(std::vector<sse_event>& events);

  std::string line_; ///< begun, not ended
  sse_event event_;
  bool has_data_ = false;
  bool at_start_ = true;     ///< no line has been taken yet
  bool skip_newline_ = false; ///< the last byte was a CR: an LF belongs to it
  bool broken_ = false;
};

/// Appends one event as it stands on the wire. `name` empty: no `event:` field.
/// Requires: neither holds a CR, and `name` no LF.
void append_sse_event(std::string& out, std::string_view name, std::string_view data);

} // namespace spillway::wire
