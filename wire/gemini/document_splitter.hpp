#pragma once

#include "wire/sse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spillway::wire::gemini {

/// Cuts a stream into the JSON documents it is made of, in whatever pieces its bytes come: events
/// of `alt=sse`, the one array that is sent without it, or either followed by a bare object, as
/// Google's servers send an error that comes after 200.
class document_splitter {
public:
  /// Appends the documents that `bytes` complete. Does nothing once `broken`.
  void feed(std::string_view bytes, std::vector<std::string>& documents);

  /// The stream is over. Appends the last event although its empty line is missing, and a document
  /// that has only begun as it is: its reader will say what is wrong with it.
  void finish(std::vector<std::string>& documents);

  /// True after a document above `bounds::sse_event_bytes_max`.
  bool broken() const noexcept { return broken_ || events_.broken(); }

private:
  void feed_events(std::string_view bytes, std::vector<std::string>& documents);
  void feed_json(std::string_view bytes, std::vector<std::string>& documents);
  void take_events(std::vector<std::string>& documents);

  sse_reader events_;
  std::vector<sse_event> ready_;
  bool at_line_start_ = true;
  bool in_json_ = false; ///< a line began as JSON does: no field of an event is named so
  std::string document_; ///< begun, not ended
  int depth_ = 0;        ///< of objects: the array around them does not count
  bool in_string_ = false;
  bool escaped_ = false;
  bool broken_ = false;
};

} // namespace spillway::wire::gemini
