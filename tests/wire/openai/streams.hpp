#pragma once

#include "core/chat_delta.hpp"
#include "wire/sse.hpp"

#include <string>
#include <vector>

namespace spillway::testing {

/// What a reader of events made of a stream.
struct read_stream {
  chat_reply reply;
  std::vector<chat_delta> deltas;
  bool whole = false;
  std::string error_json;
  std::string malformed;
};

/// The data of one event each, or whole events if they begin with a field's name.
template <class Reader>
read_stream read_events(const std::vector<std::string>& events) {
  std::string text;
  for (const std::string& event : events)
    if (event.starts_with("event:"))
      text += event + "\n\n";
    else
      wire::append_sse_event(text, {}, event);
  wire::sse_reader sse;
  std::vector<wire::sse_event> taken;
  sse.feed(text, taken);
  Reader reader;
  read_stream out;
  for (const wire::sse_event& event : taken)
    reader.take(event, out.deltas);
  out.whole = reader.is_whole();
  out.error_json = reader.error_json();
  out.malformed = reader.malformed();
  out.reply = reader.take_reply();
  return out;
}

} // namespace spillway::testing
