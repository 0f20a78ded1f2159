#include "wire/gemini/document_splitter.hpp"

#include "core/bounds.hpp"

#include <utility>

namespace spillway::wire::gemini {

void document_splitter::feed(std::string_view bytes, std::vector<std::string>& documents) {
  if (broken())
    return;
  if (in_json_)
    feed_json(bytes, documents);
  else
    feed_events(bytes, documents);
}

void document_splitter::feed_events(std::string_view bytes, std::vector<std::string>& documents) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (at_line_start_ && (c == '{' || c == '[')) {
      events_.feed(bytes.substr(0, i), ready_);
      events_.finish(ready_);
      take_events(documents);
      in_json_ = true;
      return feed_json(bytes.substr(i), documents);
    }
    at_line_start_ = c == '\n' || c == '\r';
  }
  events_.feed(bytes, ready_);
  take_events(documents);
}

void document_splitter::take_events(std::vector<std::string>& documents) {
  for (sse_event& event : ready_)
    documents.push_back(std::move(event.data));
  ready_.clear();
}

/// Objects are found by their braces; what stands between them, the array's own marks, is dropped.
void document_splitter::feed_json(std::string_view bytes, std::vector<std::string>& documents) {
  for (const char c : bytes) {
    if (depth_ == 0 && c != '{')
      continue;
    document_ += c;
    if (escaped_)
      escaped_ = false;
    else if (in_string_)
      escaped_ = c == '\\', in_string_ = c != '"';
    else if (c == '"')
      in_string_ = true;
    else if (c == '{')
      ++depth_;
    else if (c == '}' && --depth_ == 0)
      documents.push_back(std::exchange(document_, {}));
    if (document_.size() > bounds::sse_event_bytes_max) {
      broken_ = true;
      return;
    }
  }
}

void document_splitter::finish(std::vector<std::string>& documents) {
  if (broken())
    return;
  if (!in_json_)
    events_.finish(ready_);
  take_events(documents);
  if (!document_.empty())
    documents.push_back(std::exchange(document_, {}));
}

} // namespace spillway::wire::gemini
