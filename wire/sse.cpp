#include "wire/sse.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::wire {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Finds the ends of lines, LF or CR, in one pass over the bytes for each of the two.
class line_ends {
public:
  explicit line_ends(std::string_view bytes)
      : bytes_{bytes}, lf_{bytes.find('\n')}, cr_{bytes.find('\r')} {}

  /// The first from `begin` on, which must not decrease from call to call; npos: none.
  std::size_t from(std::size_t begin) {
    if (lf_ < begin)
      lf_ = bytes_.find('\n', begin);
    if (cr_ < begin)
      cr_ = bytes_.find('\r', begin);
    return std::min(lf_, cr_);
  }

private:
  std::string_view bytes_;
  std::size_t lf_;
  std::size_t cr_;
};

} // namespace

void sse_reader::feed(std::string_view bytes, std::vector<sse_event>& events) {
  line_ends ends{bytes};
  for (std::size_t at = 0; at < bytes.size() && !broken_;) {
    if (std::exchange(skip_newline_, false) && bytes[at] == '\n') {
      ++at;
      continue;
    }
    const std::size_t end = ends.from(at);
    const std::string_view piece = bytes.substr(at, end - at);
    if (line_.size() + event_.data.size() + piece.size() > bounds::sse_event_bytes_max) {
      broken_ = true;
      return;
    }
    if (end == std::string_view::npos) {
      line_ += piece;
      return;
    }
    if (line_.empty()) {
      take_line(piece, events);
    } else {
      line_ += piece;
      take_line(line_, events);
      line_.clear();
    }
    skip_newline_ = bytes[end] == '\r';
    at = end + 1;
  }
}

void sse_reader::take_line(std::string_view line, std::vector<sse_event>& events) {
  if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  if (line.empty())
    return end_event(events);
  if (line.front() == '{')
    return add_data(line);
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (field == "error")
    event_.name = field;
  if (field == "data" || field == "error")
    add_data(value);
  else if (field == "event")
    event_.name = value;
}

void sse_reader::add_data(std::string_view line) {
  if (std::exchange(has_data_, true))
    event_.data += '\n';
  event_.data += line;
}

void sse_reader::end_event(std::vector<sse_event>& events) {
  if (has_data_)
    events.push_back(std::move(event_));
  event_ = {};
  has_data_ = false;
}

void sse_reader::finish(std::vector<sse_event>& events) {
  if (broken_)
    return;
  if (!line_.empty())
    take_line(std::exchange(line_, {}), events);
  end_event(events);
}

void append_sse_event(std::string& out, std::string_view name, std::string_view data) {
  if (!name.empty())
    out.append("event: ").append(name).append("\n");
  for (std::size_t begin = 0; begin <= data.size();) {
    const std::size_t end = std::min(data.find('\n', begin), data.size());
    out.append("data: ").append(data.substr(begin, end - begin)).append("\n");
    begin = end + 1;
  }
  out += '\n';
}

} // namespace spillway::wire
