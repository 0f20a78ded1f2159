#include "core/alerts/delivery_queue.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::alerts;
using namespace std::chrono_literals;

namespace {

const mono_time start{1h};
const wall_time today = wall_time_from_unix_nanos(1'795'478'400LL * 1'000'000'000);

numbered_notice numbered(std::uint64_t id, wall_time at = today) {
  notice n;
  n.at = at;
  return {id, std::make_shared<const notice>(n)};
}

} // namespace

TEST_CASE("notices leave in their order, one at a time") {
  delivery_queue q;
  CHECK_FALSE(q.due());
  for (std::uint64_t id = 1; id <= 3; ++id)
    CHECK_FALSE(q.push(numbered(id)));
  for (std::uint64_t id = 1; id <= 3; ++id) {
    REQUIRE(q.due());
    CHECK(*q.due() <= start);
    CHECK(q.begin().id == id);
    CHECK_FALSE(q.due());
    CHECK(q.finish(true).id == id);
  }
  CHECK_FALSE(q.due());
  CHECK(q.size() == 0);
}

TEST_CASE("what fails comes again before the next, with pauses that grow to five minutes") {
  delivery_queue q{7};
  q.push(numbered(1));
  q.push(numbered(2));
  mono_time now = start;
  duration before{};
  for (int i = 0; i < 20; ++i) {
    CHECK(q.begin().id == 1);
    q.put_back({}, now);
    CHECK(q.is_failing());
    const duration pause = *q.due() - now;
    const duration ceiling = std::min<duration>(5min, 1s * (1 << std::min(i, 9)));
    CHECK(pause >= ceiling / 2);
    CHECK(pause <= ceiling);
    before = pause;
    now = *q.due();
  }
  CHECK(before > 2min);
  CHECK(q.begin().id == 1);
  q.finish(true);
  CHECK_FALSE(q.is_failing());
  q.begin();
  q.put_back({}, now);
  CHECK(*q.due() - now <= 1s);
}

TEST_CASE("a pause that the target asks for is kept, up to an hour") {
  delivery_queue q;
  q.push(numbered(1));
  q.begin();
  q.put_back(90s, start);
  CHECK(*q.due() == start + 90s);
  q.begin();
  q.put_back(48h, start);
  CHECK(*q.due() == start + 1h);
}

TEST_CASE("beyond its bound the oldest that is not out gives way") {
  delivery_queue q;
  for (std::uint64_t id = 1; id <= bounds::alert_outbox_max; ++id)
    CHECK_FALSE(q.push(numbered(id)));
  q.begin();
  const auto gone = q.push(numbered(9'999));
  REQUIRE(gone);
  CHECK(gone->id == 2);
  CHECK(q.size() == bounds::alert_outbox_max);
  CHECK(q.finish(true).id == 1);
  CHECK(q.begin().id == 3);
}

TEST_CASE("what is older than a day is no news, unless it is out") {
  delivery_queue q;
  q.push(numbered(1, today - 30h));
  q.push(numbered(2, today - 25h));
  q.push(numbered(3, today - 23h));
  q.begin();
  const auto stale = q.take_stale(today);
  REQUIRE(stale.size() == 1);
  CHECK(stale[0].id == 2);
  q.finish(false);
  CHECK(q.begin().id == 3);
}

TEST_CASE("only what is wrong with the notice itself is given up at once") {
  struct row {
    int status;
    delivery_attempt means;
  };
  const row table[] = {
      {200, delivery_attempt::taken},   {202, delivery_attempt::taken},
      {204, delivery_attempt::taken},   {301, delivery_attempt::failed},
      {307, delivery_attempt::failed},  {400, delivery_attempt::refused},
      {401, delivery_attempt::failed},  {403, delivery_attempt::failed},
      {404, delivery_attempt::failed},  {408, delivery_attempt::failed},
      {410, delivery_attempt::failed},  {413, delivery_attempt::refused},
      {422, delivery_attempt::refused}, {429, delivery_attempt::failed},
      {500, delivery_attempt::failed},  {503, delivery_attempt::failed},
  };
  for (const row& r : table) {
    INFO(r.status);
    CHECK(judge_delivery(r.status) == r.means);
    if (r.means != delivery_attempt::taken)
      CHECK(advice_on(r.status).find(std::to_string(r.status)) != std::string::npos);
  }
}
