#include "simulator/chance.hpp"
#include "simulator/usage_window.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <utility>
#include <vector>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

namespace {

constexpr duration minute = 60s;

mono_time at(duration d) {
  // Ten whole minutes after the clock's zero, so that calendar minutes begin at `at(0s)`.
  return mono_time{} + 10 * minute + d;
}

using admissions = std::vector<std::pair<mono_time, std::int64_t>>;

/// Offers seeded amounts at seeded moments, more than the window can take, and keeps what it took.
/// Checks on the way that a wait it names is enough and no longer than `slack` too long.
admissions saturate(window_kind kind, std::int64_t limit, std::uint64_t seed) {
  auto window = make_usage_window(kind, limit, minute);
  // A bucket reckons with whole tokens used, so its wait may be one token's refill too long.
  const bool whole_tokens = kind == window_kind::token_bucket;
  const duration slack = whole_tokens ? minute / limit + 2ns : duration{1};
  chance c{seed};
  admissions taken;
  mono_time now = at(duration{static_cast<std::int64_t>(c.next_below(60'000'000'000))});
  for (int i = 0; i < 600; ++i) {
    now += duration{static_cast<std::int64_t>(c.next_below(1'500'000'000))};
    const auto amount = 1 + static_cast<std::int64_t>(c.next_below(limit / 8 + 1));
    const duration wait = window->wait_for(amount, now);
    if (wait > duration::zero()) {
      if (c.happens(0.7))
        continue;
      if (wait > slack)
        REQUIRE(window->wait_for(amount, now + wait - slack) > duration::zero());
      now += wait;
    }
    REQUIRE(window->wait_for(amount, now) == duration::zero());
    window->take(amount, now);
    taken.emplace_back(now, amount);
    REQUIRE(window->used(now) >= 0);
    REQUIRE(window->used(now) <= limit);
  }
  return taken;
}

std::int64_t sum(const admissions& all, std::size_t first, std::size_t last) {
  std::int64_t total = 0;
  for (std::size_t i = first; i <= last; ++i)
    total += all[i].second;
  return total;
}

} // namespace

TEST_CASE("a sliding window never lets more than its limit into any 60 s") {
  for (const std::int64_t limit : {3, 60, 500, 30'000}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto taken = saturate(window_kind::sliding, limit, seed);
      std::size_t first = 0;
      for (std::size_t last = 0; last < taken.size(); ++last) {
        while (taken[last].first - taken[first].first >= minute)
          ++first;
        REQUIRE(sum(taken, first, last) <= limit);
      }
    }
  }
}

TEST_CASE("a quantised window lets a quarter through at once, and tells of the whole") {
  auto window = make_usage_window(window_kind::quantised, 60, minute);
  for (int i = 0; i < 15; ++i) {
    REQUIRE(window->wait_for(1, at(0s)) == duration::zero());
    window->take(1, at(0s));
  }
  CHECK(window->wait_for(1, at(0s)) == 1s);
  CHECK(window->used(at(0s)) == 15);
  CHECK(window->wait_for(1, at(1s)) == duration::zero());
}

TEST_CASE("a bucket never lets more than L + L t / 60 into any t seconds") {
  for (const std::int64_t limit : {3, 60, 500, 30'000}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const auto taken = saturate(window_kind::token_bucket, limit, seed);
      for (std::size_t first = 0; first < taken.size(); ++first) {
        std::int64_t total = 0;
        for (std::size_t last = first; last < taken.size(); ++last) {
          total += taken[last].second;
          const auto span = taken[last].first - taken[first].first;
          const auto most = static_cast<__int128>(limit) * (minute + span).count();
          REQUIRE(static_cast<__int128>(total) * minute.count() <= most);
        }
      }
    }
  }
}

TEST_CASE("a calendar window never lets more than its limit into one minute of the clock") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto taken = saturate(window_kind::calendar, 60, seed);
    std::size_t first = 0;
    for (std::size_t last = 0; last < taken.size(); ++last) {
      while (taken[last].first.time_since_epoch() / minute
             != taken[first].first.time_since_epoch() / minute)
        ++first;
      REQUIRE(sum(taken, first, last) <= 60);
    }
  }
}

TEST_CASE("each window tells the wait its kind implies") {
  // 10 a minute: 6 taken at 0 s, 4 at 30 s; at 40 s somebody wants 7.
  struct row {
    window_kind kind;
    std::int64_t used;
    duration wait;
    duration full;
  };
  // Bucket: 10 - 40/6 refilled since 0 s = debt 3.33, rounded up 4; 7 + 4 - 10 = 1 token = 6 s.
  const row rows[] = {
      {window_kind::sliding, 10, 50s, 50s},
      {window_kind::token_bucket, 4, 6s, 20s},
      {window_kind::calendar, 10, 20s, 20s},
  };
  for (const row& r : rows) {
    auto window = make_usage_window(r.kind, 10, minute);
    window->take(6, at(0s));
    window->take(4, at(30s));
    CHECK(window->used(at(40s)) == r.used);
    CHECK(window->wait_for(7, at(40s)) == r.wait);
    CHECK(window->full_in(at(40s)) == r.full);
  }
}

TEST_CASE("a sliding charge counts for exactly one period") {
  auto window = make_usage_window(window_kind::sliding, 1, minute);
  window->take(1, at(5s));
  CHECK(window->wait_for(1, at(5s)) == minute);
  CHECK(window->wait_for(1, at(65s) - 1ns) == 1ns);
  CHECK(window->wait_for(1, at(65s)) == duration::zero());
}

TEST_CASE("a bucket reproduces OpenAI's recorded wait") {
  // "Limit 30000, Used 20122, Requested 18269. Please try again in 16.782s."
  auto window = make_usage_window(window_kind::token_bucket, 30'000, minute);
  window->take(20'122, at(0s));
  CHECK(window->wait_for(18'269, at(0s)) == 16'782ms);
  // One of 10,000 a day: the recorded header set 10000/9999/8.64s.
  auto daily = make_usage_window(window_kind::token_bucket, 10'000, 24h);
  daily->take(1, at(0s));
  CHECK(daily->full_in(at(0s)) == 8'640ms);
}

TEST_CASE("a bucket of a trillion a day keeps exact counts") {
  auto window = make_usage_window(window_kind::token_bucket, 1'000'000'000'000, 24h);
  window->take(1'000'000'000'000, at(0s));
  CHECK(window->used(at(12h)) == 500'000'000'000);
  CHECK(window->full_in(at(0s)) == 24h);
  CHECK(window->used(at(24h)) == 0);
}
