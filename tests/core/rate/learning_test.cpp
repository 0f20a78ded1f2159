#include "core/rate/learning.hpp"
#include "core/rate/pacer.hpp"
#include "core/rate/rate_meter.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::rate;
using namespace std::chrono_literals;

namespace {

constexpr mono_time start{100h};

} // namespace

TEST_CASE("a limit named below the configured one holds, one above it does not") {
  window_learner w{500, 60s};
  CHECK(w.hear_limit(400));
  CHECK(w.limit(start) == 400);
  CHECK(w.largest() == 400);
  CHECK_FALSE(w.hear_limit(10'000));
  CHECK(w.limit(start) == 500);
}

TEST_CASE("a refusal takes half a percent off, at least one, and paces for a day") {
  window_learner w{1000, 60s};
  w.hear_refusal(start);
  CHECK(w.limit(start) == 995);
  CHECK(w.paced(start));
  CHECK_FALSE(w.paced(start + 24h));
  window_learner small{15, 60s};
  small.hear_refusal(start);
  CHECK(small.limit(start) == 14);
}

TEST_CASE("an hour without a refusal gives one step back") {
  window_learner w{1000, 60s};
  w.hear_refusal(start);
  w.hear_refusal(start + 1s);
  CHECK(w.limit(start + 1s) == 990);
  CHECK(w.limit(start + 1s + 59min) == 990);
  CHECK(w.limit(start + 1s + 1h) == 995);
  CHECK(w.limit(start + 1s + 2h) == 1000);
}

TEST_CASE("refusals never take more than half of a limit") {
  window_learner w{100, 60s};
  for (int i = 0; i < 200; ++i)
    w.hear_refusal(start + i * 1s);
  CHECK(w.limit(start + 200s) == 50);
  CHECK(w.largest() == 100);
}

TEST_CASE("use by others is believed at once and forgotten a minute after the last sign of it") {
  window_learner w{500, 60s};
  w.hear_foreign(100, start, start);
  CHECK(w.foreign(start) == 100);
  CHECK(w.foreign(start + 59s) == 100);
  CHECK(w.foreign(start + 60s) == 0);
}

TEST_CASE("a refusal that others explain teaches nothing else, a second one within a minute does") {
  window_learner w{500, 60s};
  w.hear_foreign(200, start, start);
  w.hear_refusal(start);
  CHECK(w.limit(start) == 500);
  CHECK_FALSE(w.paced(start));
  w.hear_foreign(200, start + 30s, start + 30s);
  w.hear_refusal(start + 30s);
  CHECK(w.limit(start + 30s) == 498);
  CHECK(w.paced(start + 30s));
  window_learner noisy{500, 60s};
  noisy.hear_foreign(3, start, start);
  noisy.hear_refusal(start);
  CHECK(noisy.paced(start));
}

TEST_CASE("a call that came too fast paces for a while; one that comes paced is another matter") {
  window_learner w{500, 60s};
  w.hear_rush(start);
  CHECK(w.limit(start) == 500);
  CHECK(w.paced(start));
  CHECK_FALSE(w.lesson(dimension::requests_per_minute, {start, {}}));
  CHECK_FALSE(w.paced(start + 10min));
  w.hear_rush(start + 11min);
  w.hear_rush(start + 12min);
  CHECK(w.limit(start + 12min) == 498);
  CHECK(w.paced(start + 23h));
}

TEST_CASE("falling use by others is believed by and by, noise keeps a margin") {
  window_learner w{500, 60s};
  for (int i = 0; i < 100; ++i)
    w.hear_foreign(i % 2 == 0 ? 80 : 120, start + i * 1s, start + i * 1s);
  CHECK(w.foreign(start + 100s) >= 120);
  CHECK(w.foreign(start + 100s) <= 180);
  for (int i = 100; i < 200; ++i)
    w.hear_foreign(0, start + i * 1s, start + i * 1s);
  CHECK(w.foreign(start + 200s) == 0);
}

TEST_CASE("a reply to an older call says nothing about use by others") {
  window_learner w{500, 60s};
  w.hear_foreign(10, start + 2s, start + 2s);
  w.hear_foreign(300, start + 1s, start + 3s);
  CHECK(w.foreign(start + 3s) == 10);
}

TEST_CASE("lessons survive a restart and go on ageing as if there had been none") {
  const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
  window_learner w{1000, 60s};
  CHECK_FALSE(w.lesson(dimension::requests_per_minute, {start, noon}));
  w.hear_limit(900);
  w.hear_refusal(start);
  w.hear_refusal(start);
  const auto lesson = w.lesson(dimension::requests_per_minute, {start + 30min, noon + 30min});
  REQUIRE(lesson);
  // The monotonic clock of the next life starts anew.
  const instant later{mono_time{1s}, noon + 45min};
  window_learner next{1000, 60s};
  next.restore(*lesson, later);
  CHECK(next.largest() == 900);
  CHECK(next.limit(later.mono) == 892);
  CHECK(next.limit(later.mono + 15min) == 896);
  CHECK(next.limit(later.mono + 75min) == 900);
  CHECK(next.paced(later.mono + 23h));
  CHECK_FALSE(next.paced(later.mono + 24h));
}

TEST_CASE("a lesson from the future counts as new, one about another limit not at all") {
  const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
  window_learner w{1000, 60s};
  w.hear_refusal(start);
  const auto lesson = w.lesson(dimension::requests_per_minute, {start, noon});
  REQUIRE(lesson);
  window_learner behind{1000, 60s};
  behind.restore(*lesson, {start, noon - 3h});
  CHECK(behind.limit(start) == 995);
  CHECK(behind.limit(start + 1h) == 1000);
  window_learner raised{2000, 60s};
  raised.restore(*lesson, {start, noon});
  CHECK(raised.limit(start) == 2000);
  CHECK_FALSE(raised.paced(start));
}

TEST_CASE("a pacer lets a twentieth of a minute go at once and the rest at an even rate") {
  pacer p;
  for (int i = 0; i < 5; ++i) {
    CHECK(p.ready_at(1, 100, start) == start);
    p.take(1, 100, start);
  }
  CHECK(p.ready_at(1, 100, start) == start + 600ms);
  p.take(1, 100, start + 600ms);
  CHECK(p.ready_at(1, 100, start + 600ms) == start + 1200ms);
}

TEST_CASE("no run of paced calls exceeds the burst and the even rate together") {
  pacer p;
  mono_time now = start;
  std::int64_t taken = 0;
  for (int i = 0; i < 500; ++i) {
    const std::int64_t amount = 1 + i % 7;
    now = p.ready_at(amount, 600, now);
    p.take(amount, 600, now);
    taken += amount;
    CHECK(taken <= 30 + 7 + (now - start) / 100ms);
  }
}

TEST_CASE("a meter forgets what is older than its bins") {
  rate_meter m{5s};
  m.add(10, start);
  m.add(20, start + 7s);
  CHECK(m.read(start + 10s).amount == 30);
  CHECK(m.read(start + 10s).over == 10s);
  CHECK(m.read(start + 61s).amount == 20);
  CHECK(m.read(start + 10min).amount == 0);
}
