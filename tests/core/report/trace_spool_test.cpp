#include "core/report/trace_spool.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::report;

namespace {

constexpr wall_time noon{std::chrono::hours{12}};

std::string told(const trace_spool& s, std::size_t count = 100, std::size_t bytes = 1000) {
  std::string all;
  for (const kept_trace& t : s.oldest(count, bytes))
    all += std::to_string(t.number) + t.bytes + ' ';
  return all;
}

} // namespace

TEST_CASE("traces in memory come oldest first, so many or so large, until they are ended") {
  trace_spool s{1000};
  for (const char* bytes : {"aa", "bbb", "c"})
    s.add(bytes, noon);
  CHECK(told(s) == "1aa 2bbb 3c ");
  CHECK(told(s, 2) == "1aa 2bbb ");
  CHECK(told(s, 3, 5) == "1aa 2bbb ");
  CHECK(told(s, 3, 1) == "1aa ");
  s.end({2, trace_ending::delivered, {}});
  s.end({1, trace_ending::refused, "why"});
  s.end({1, trace_ending::delivered, {}});
  CHECK(told(s) == "3c ");
  const trace_tally tally = s.tally();
  CHECK(tally.waiting == 1);
  CHECK(tally.waiting_bytes == 1);
  CHECK(tally.oldest_at == noon);
  CHECK(tally.delivered == 1);
  CHECK(tally.refused == 1);
}

TEST_CASE("a full memory drops its oldest traces, but never the newest") {
  trace_spool s{100};
  for (char c = 'a'; c <= 'z'; ++c)
    s.add(std::string(10, c), noon);
  CHECK(s.tally().waiting == 10);
  CHECK(s.tally().waiting_bytes == 100);
  CHECK(s.tally().dropped == 16);
  CHECK(s.oldest(1, 100).front().bytes == std::string(10, 'q'));
  s.add(std::string(500, 'x'), noon);
  CHECK(s.tally().waiting == 1);
  CHECK(s.tally().dropped == 26);
}

TEST_CASE("a trace in memory that is made smaller keeps its place, one that is gone stays gone") {
  trace_spool s{100};
  s.add("aaaaaa", noon);
  s.add("b", noon);
  s.replace({1, "a"});
  s.replace({9, "nobody"});
  CHECK(told(s) == "1a 2b ");
  CHECK(s.tally().waiting_bytes == 2);
}
