#include "core/bounds.hpp"
#include "wire/sse.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire;

namespace {

using events = std::vector<sse_event>;

/// What a reader makes of `text` that comes in pieces of `size` bytes.
events read_in_pieces(std::string_view text, std::size_t size) {
  sse_reader reader;
  events all;
  for (std::size_t at = 0; at < text.size(); at += size)
    reader.feed(text.substr(at, size), all);
  reader.finish(all);
  return all;
}

events read(std::string_view text) {
  return read_in_pieces(text, text.size());
}

} // namespace

TEST_CASE("Lines may end in any of the three ways", "[wire][sse]") {
  const events expected{{"a", "1"}, {"", "2\n3"}};
  CHECK(read("event: a\ndata: 1\n\ndata: 2\ndata: 3\n\n") == expected);
  CHECK(read("event: a\r\ndata: 1\r\n\r\ndata: 2\r\ndata: 3\r\n\r\n") == expected);
  CHECK(read("event: a\rdata: 1\r\rdata: 2\rdata: 3\r\r") == expected);
  CHECK(read("event: a\r\ndata: 1\n\rdata: 2\r\ndata: 3\r\r\n") == expected);
}

TEST_CASE("Fields mean what the standard says", "[wire][sse]") {
  CHECK(read("data:no space\n\n") == events{{"", "no space"}});
  CHECK(read("data:  two spaces\n\n") == events{{"", " two spaces"}});
  CHECK(read("data\n\n") == events{{"", ""}});
  CHECK(read("data:\n\n") == events{{"", ""}});
  CHECK(read("data: a\ndata:\ndata: b\n\n") == events{{"", "a\n\nb"}});
  CHECK(read("event: x\nevent: y\ndata: 1\n\n") == events{{"y", "1"}});
  CHECK(read("id: 7\nretry: 10\nDATA: no\ndata: 1\n\n") == events{{"", "1"}});
  CHECK(read("data: {\"a\":\"b: c\"}\n\n") == events{{"", R"({"a":"b: c"})"}});
}

TEST_CASE("Comments, empty lines and events without data are passed over", "[wire][sse]") {
  CHECK(read(": OPENROUTER PROCESSING\n\n\n\ndata: 1\n\n:\n\n") == events{{"", "1"}});
  CHECK(read("data: 1\n: in between\ndata: 2\n\n") == events{{"", "1\n2"}});
  CHECK(read("event: lonely\n\ndata: 1\n\n") == events{{"", "1"}});
}

TEST_CASE("A byte order mark is passed over at the start only", "[wire][sse]") {
  CHECK(read("\xEF\xBB\xBF" "data: 1\n\n") == events{{"", "1"}});
  CHECK(read("data: 1\n\n\xEF\xBB\xBF" "data: 2\n\n") == events{{"", "1"}});
}

TEST_CASE("The last event needs no empty line, nor the end of its own", "[wire][sse]") {
  CHECK(read("data: 1\n\ndata: 2\n") == events{{"", "1"}, {"", "2"}});
  CHECK(read("data: 1\n\ndata: 2") == events{{"", "1"}, {"", "2"}});
  CHECK(read("data: 1\r\n\r\ndata: 2\r") == events{{"", "1"}, {"", "2"}});
  CHECK(read("data: 1\n\nevent: none") == events{{"", "1"}});
  CHECK(read("").empty());
}

TEST_CASE("Wherever the bytes are split, the events are the same", "[wire][sse]") {
  const std::string text =
      "\xEF\xBB\xBF: hi\r\n\r\nevent: a\r\ndata: {\"t\":\"h\xC3\xA9 \\u00e9 \xF0\x9F\x98\x80\"}\r\n"
      "data: more\r\n\r\n\rdata: 2\n\ndata: [DONE]\n\n";
  const events whole = read(text);
  REQUIRE(whole.size() == 3);
  for (std::size_t size = 1; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(read_in_pieces(text, size) == whole);
  }
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    sse_reader reader;
    events all;
    reader.feed(std::string_view{text}.substr(0, cut), all);
    reader.feed({}, all);
    reader.feed(std::string_view{text}.substr(cut), all);
    reader.finish(all);
    CAPTURE(cut);
    CHECK(all == whole);
  }
}

TEST_CASE("An event above its bound breaks the stream, and nothing follows", "[wire][sse]") {
  const std::string megabyte(1024 * 1024, 'x');
  sse_reader reader;
  events all;
  reader.feed("data: 1\n\ndata: ", all);
  std::size_t fed = 0;
  while (!reader.broken() && fed <= bounds::sse_event_bytes_max + megabyte.size()) {
    reader.feed(megabyte, all);
    fed += megabyte.size();
  }
  CHECK(reader.broken());
  CHECK(fed <= bounds::sse_event_bytes_max + megabyte.size());
  reader.feed("\n\ndata: 2\n\n", all);
  reader.finish(all);
  CHECK(all == events{{"", "1"}});
}

TEST_CASE("Many short lines of one event are bounded too", "[wire][sse]") {
  sse_reader reader;
  events all;
  const std::string line = "data: " + std::string(64 * 1024, 'x') + "\n";
  for (std::size_t i = 0; i < 1 + bounds::sse_event_bytes_max / (64 * 1024); ++i)
    reader.feed(line, all);
  CHECK(reader.broken());
}

TEST_CASE("What is written is read back", "[wire][sse]") {
  const events expected{{"", "one"}, {"named", "two\nlines"}, {"", ""}, {"", "ends in\n"}};
  std::string text;
  for (const sse_event& event : expected)
    append_sse_event(text, event.name, event.data);
  CHECK(text.starts_with("data: one\n\nevent: named\ndata: two\ndata: lines\n\n"));
  CHECK(read(text) == expected);
}

TEST_CASE("Errors that stand in a stream as no event of the standard's are heard", "[wire][sse]") {
  CHECK(read("data: a\n\nerror: {\"code\":500}\n\n")
        == events{{"", "a"}, {"error", R"({"code":500})"}});
  CHECK(read("data: a\n\n{\"error\":\"boom\"}\n")
        == events{{"", "a"}, {"", R"({"error":"boom"})"}});
}
