// However a stream is split, its events are the same.
#include "tests/fuzz/target.hpp"
#include "wire/sse.hpp"

#include <vector>

namespace {

using spillway::wire::sse_event;
using spillway::wire::sse_reader;

std::vector<sse_event> read(std::string_view text, std::size_t piece) {
  sse_reader reader;
  std::vector<sse_event> events;
  for (std::size_t at = 0; at < text.size(); at += piece)
    reader.feed(text.substr(at, piece), events);
  reader.finish(events);
  return events;
}

} // namespace

void spillway::fuzz::run(std::string_view input) {
  const auto whole = read(input, input.size() + 1);
  require(read(input, 1) == whole);
  require(read(input, 3) == whole);
  for (const sse_event& event : whole) {
    if (event.name.find_first_of("\r\n") != std::string::npos)
      continue;
    std::string written;
    wire::append_sse_event(written, event.name, event.data);
    require(read(written, 5) == std::vector{event});
  }
}
