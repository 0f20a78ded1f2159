#include "core/bounds.hpp"
#include "storage/journal.hpp"
#include "tests/storage/scratch.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using storage::journal;
using tests::noon;
using tests::open_or_fail;
using tests::scratch;

namespace {

void keep(journal& j, std::vector<std::string> traces, wall_time at = noon) {
  storage::journal_batch batch;
  batch.traces = std::move(traces);
  REQUIRE(j.commit(batch, at));
}

void end(journal& j, std::vector<report::ended_trace> ended) {
  storage::journal_batch batch;
  batch.ended = std::move(ended);
  REQUIRE(j.commit(batch, noon));
}

std::string told(journal& j, std::size_t count = 100, std::size_t bytes = 1'000'000) {
  std::string all;
  const auto traces = j.oldest_traces(count, bytes);
  REQUIRE(traces);
  for (const report::kept_trace& t : *traces)
    all += t.bytes + ' ';
  return all;
}

} // namespace

TEST_CASE("traces wait in order, byte for byte, also through a restart") {
  const scratch s;
  const std::string odd = "{\"text\":\"\\u0000 \xc3\xa9\"}\n{}";
  {
    auto j = open_or_fail(s.file());
    keep(*j, {"a", odd});
    keep(*j, {"c"}, noon + 1s);
  }
  auto j = open_or_fail(s.file());
  CHECK(told(*j) == "a " + odd + " c ");
  const auto tally = *j->traces();
  CHECK(tally.waiting == 3);
  CHECK(tally.waiting_bytes == 2 + odd.size());
  CHECK(tally.oldest_at == noon);
}

TEST_CASE("a batch of traces is bounded in number and bytes, but is never empty") {
  auto j = open_or_fail(":memory:");
  keep(*j, {"aaaa", "bbbb", "cccc"});
  CHECK(told(*j, 2) == "aaaa bbbb ");
  CHECK(told(*j, 100, 11) == "aaaa bbbb ");
  CHECK(told(*j, 100, 1) == "aaaa ");
}

TEST_CASE("a trace waits until it is ended, and is ended once") {
  auto j = open_or_fail(":memory:");
  keep(*j, {"a", "b", "c"});
  const auto traces = *j->oldest_traces(3, 1000);
  end(*j, {{traces[1].number, report::trace_ending::delivered, {}}});
  end(*j, {{traces[1].number, report::trace_ending::delivered, {}}});
  CHECK(told(*j) == "a c ");
  end(*j, {{traces[0].number, report::trace_ending::refused, "400"}});
  const auto tally = *j->traces();
  CHECK(tally.waiting == 1);
  CHECK(tally.delivered == 1);
  CHECK(tally.refused == 1);
  end(*j, {{traces[2].number, report::trace_ending::delivered, {}}});
  keep(*j, {"d"});
  CHECK(j->oldest_traces(1, 1000)->front().number > traces[2].number);
}

TEST_CASE("a trace that is made smaller keeps its place") {
  auto j = open_or_fail(":memory:");
  keep(*j, {"aaaaaa", "b"});
  storage::journal_batch batch;
  batch.replaced = {{j->oldest_traces(1, 1000)->front().number, "a"}};
  REQUIRE(j->commit(batch, noon));
  CHECK(told(*j) == "a b ");
  CHECK(j->traces()->waiting_bytes == 2);
}

TEST_CASE("a full spool drops its oldest and counts them; what is left is whole") {
  auto opened = journal::open(":memory:", 100);
  REQUIRE(opened);
  journal& j = **opened;
  std::size_t kept = 0;
  for (char c = 'a'; c <= 'z'; ++c, ++kept)
    keep(j, {std::string(10, c)});
  const auto tally = *j.traces();
  CHECK(tally.waiting == 10);
  CHECK(tally.waiting_bytes == 100);
  CHECK(tally.dropped == kept - 10);
  CHECK(told(j).substr(0, 10) == std::string(10, 'q'));
  keep(j, {std::string(500, 'x')});
  CHECK(j.traces()->waiting == 1);
}

TEST_CASE("of refused traces the newest are kept to look at") {
  const scratch s;
  auto j = open_or_fail(s.file());
  for (std::size_t i = 0; i < bounds::refused_traces_max + 5; ++i) {
    keep(*j, {std::to_string(i)});
    end(*j, {{j->oldest_traces(1, 1000)->front().number, report::trace_ending::refused, "400"}});
  }
  CHECK(j->traces()->refused == bounds::refused_traces_max + 5);
  CHECK(tests::number_in(s.file(), "select count(*) from refused_trace")
        == static_cast<std::int64_t>(bounds::refused_traces_max));
  CHECK(tests::number_in(s.file(), "select min(cast(cast(bytes as text) as integer)) "
                                   "from refused_trace")
        == 5);
}

TEST_CASE("a settlement and its trace become durable together, or not at all") {
  const scratch s;
  auto j = open_or_fail(s.file());
  storage::journal_batch batch;
  batch.intents.push_back(tests::intent(1));
  REQUIRE(j->commit(batch, noon));
  batch = {};
  batch.settlements.push_back(tests::settlement(1));
  batch.traces.push_back("t");
  tests::exec_in(s.file(), "create trigger no before insert on trace begin "
                           "select raise(abort, 'no'); end");
  CHECK_FALSE(j->commit(batch, noon));
  CHECK(tests::number_in(s.file(), "select count(*) from settlement") == 0);
  tests::exec_in(s.file(), "drop trigger no");
  CHECK(j->commit(batch, noon));
  CHECK(tests::number_in(s.file(), "select count(*) from settlement") == 1);
  CHECK(j->traces()->waiting == 1);
}
