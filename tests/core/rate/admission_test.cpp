#include "core/bounds.hpp"
#include "core/rate/admission.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <random>

using namespace spillway;
using namespace spillway::rate;
using namespace std::chrono_literals;

namespace {

/// 2026-11-24T12:00:00Z.
const instant noon{mono_time{1h}, wall_time_from_unix_nanos(1'795'521'600'000'000'000)};

limits only(std::optional<std::int64_t> rpm, std::optional<std::int64_t> tpm = {},
            std::optional<std::int64_t> rpd = {}, std::optional<std::int64_t> slots = {}) {
  return {rpm, tpm, rpd, slots, {}};
}

charge tokens(std::int64_t n) {
  return {token_count{n}};
}

/// Sends and settles at once: the provider had it at `at`.
void use(admission& a, std::uint64_t lease, std::int64_t n, instant at) {
  REQUIRE(a.acquire({lease}, tokens(n), at).outcome == verdict::granted);
  a.mark_sent({lease}, at);
  a.prove_arrival({lease}, at);
  REQUIRE(a.settle({lease}, token_count{n}, at));
}

} // namespace

TEST_CASE("the tenth of ten is admitted, the eleventh is not, and waits exactly until the first "
          "ages out") {
  admission a{only(10)};
  for (std::uint64_t i = 1; i <= 10; ++i)
    use(a, i, 1, noon + i * 1s);
  const decision d = a.acquire({11}, tokens(1), noon + 20s);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.ready_at == noon.mono + 61s);
  CHECK(d.binding == dimension::requests_per_minute);
  CHECK(a.acquire({11}, tokens(1), noon + 61s).outcome == verdict::granted);
}

TEST_CASE("a daily limit above what is remembered call by call is used up to its last call") {
  const auto limit = static_cast<std::int64_t>(bounds::interval_log_entries_max) + 20'000;
  admission a{only({}, {}, limit)};
  for (std::int64_t i = 0; i < limit; ++i)
    use(a, static_cast<std::uint64_t>(i) + 1, 1, noon + i * 100ms);
  const instant full = noon + limit * 100ms;
  CHECK(a.usage(full).front().used == limit);
  const decision d = a.acquire({1'000'000}, tokens(1), full);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.ready_at >= noon.mono + 24h);
  CHECK(d.ready_at < noon.mono + 24h + 1s);
}

TEST_CASE("tokens used at the end of one minute still count at the start of the next") {
  admission a{only({}, 10'000)};
  use(a, 1, 5000, noon + 59s);
  use(a, 2, 5000, noon + 61s);
  const decision d = a.acquire({3}, tokens(5000), noon + 62s);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.ready_at == noon.mono + 119s);
}

TEST_CASE("what a vendor's cache had of a prompt gives its room back, and teaches nothing") {
  limits over_input;
  over_input.input_tokens_per_minute = 10'000;
  admission a{over_input};
  const amount estimate{6'000, 100, 7'000};
  const charge asked{estimate, estimate, {}};
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const instant at = noon + static_cast<std::int64_t>(i) * 1s;
    REQUIRE(a.acquire({i}, asked, at).outcome == verdict::granted);
    a.mark_sent({i}, at);
    REQUIRE(a.settle({i}, {{}, {20, 0, 6'000}, {}}, at)); // 5,980 were cached
  }
  // One that misses the cache is held as large as it is, and a second one has no room beside it.
  const instant later = noon + 300s;
  REQUIRE(a.acquire({201}, asked, later).outcome == verdict::granted);
  const decision no = a.acquire({202}, asked, later);
  CHECK(no.outcome == verdict::wait);
  CHECK(no.binding == dimension::input_tokens_per_minute);
}

TEST_CASE("a refusal in one dimension takes nothing in the others") {
  admission a{only(10, 100, {}, 10)};
  use(a, 1, 90, noon);
  CHECK(a.acquire({2}, tokens(20), noon).outcome == verdict::wait);
  CHECK(a.open_leases() == 0);
  for (const dimension_usage& u : a.usage(noon)) {
    if (u.which == dimension::requests_per_minute)
      CHECK(u.used == 1);
    if (u.which == dimension::tokens_per_minute)
      CHECK(u.used == 90);
  }
}

TEST_CASE(
    "a charge larger than its window can never be granted, and a limit of zero lets nothing in") {
  admission a{only(10, 100)};
  CHECK(a.acquire({1}, tokens(101), noon).outcome == verdict::never);
  CHECK(a.acquire({1}, tokens(101), noon).binding == dimension::tokens_per_minute);
  CHECK_FALSE(get_wait_time(a, token_count{101}, noon).has_value());
  admission closed{only(0)};
  CHECK(closed.acquire({1}, tokens(1), noon).outcome == verdict::never);
  admission no_slots{only({}, {}, {}, 0)};
  CHECK(no_slots.acquire({1}, tokens(1), noon).outcome == verdict::never);
}

TEST_CASE("each end of a lease gives back what it should, once") {
  struct row {
    lease_end how;
    std::int64_t requests;
    std::int64_t tokens;
  };
  for (const row& r : {row{lease_end::not_sent, 0, 0}, row{lease_end::rejected, 1, 0},
                       row{lease_end::unknown, 1, 40}}) {
    admission a{only(10, 100, {}, 1)};
    a.acquire({1}, tokens(40), noon);
    CHECK(a.release({1}, r.how, noon));
    CHECK_FALSE(a.release({1}, r.how, noon));
    CHECK_FALSE(a.settle({1}, token_count{99}, noon));
    CHECK(a.usage(noon)[0].used == r.requests);
    CHECK(a.usage(noon)[1].used == r.tokens);
    CHECK(a.open_leases() == 0);
  }
}

TEST_CASE("a settlement replaces the reservation, down and up") {
  admission a{only({}, 100)};
  a.acquire({1}, tokens(60), noon);
  a.settle({1}, token_count{20}, noon);
  CHECK(a.usage(noon)[0].used == 20);
  a.acquire({2}, tokens(60), noon);
  a.settle({2}, token_count{150}, noon);
  CHECK(a.usage(noon)[0].used == 170);
  CHECK(a.acquire({3}, tokens(1), noon).outcome == verdict::wait);
}

TEST_CASE("a call counts from its arrival, at the latest a second after it was sent") {
  admission a{only(1)};
  a.acquire({1}, tokens(1), noon);
  a.mark_sent({1}, noon);
  a.settle({1}, token_count{1}, noon + 5s);
  CHECK(a.probe(tokens(1), noon + 5s).ready_at == noon.mono + 60s + bounds::arrival_allowance);
  admission early{only(1)};
  early.acquire({1}, tokens(1), noon);
  early.mark_sent({1}, noon);
  early.prove_arrival({1}, noon + 50ms);
  early.settle({1}, token_count{1}, noon + 5s);
  CHECK(early.probe(tokens(1), noon + 5s).ready_at == noon.mono + 60s + 50ms);
}

TEST_CASE("a provider that says how long it worked had the call that much earlier") {
  const auto reopens_after = [](std::optional<duration> worked) {
    admission a{only(1)};
    a.acquire({1}, tokens(1), noon);
    a.mark_sent({1}, noon);
    a.prove_arrival({1}, noon + 700ms, worked);
    a.settle({1}, token_count{1}, noon + 5s);
    return a.probe(tokens(1), noon + 5s).ready_at - noon.mono - 60s;
  };
  CHECK(reopens_after({}) == 700ms);
  CHECK(reopens_after(600ms) == 101ms);
  CHECK(reopens_after(0ms) == 700ms);
  CHECK(reopens_after(701ms) == 700ms);
}

TEST_CASE("a call that is not sent yet never ages out") {
  admission a{only(1)};
  a.acquire({1}, tokens(1), noon);
  CHECK(a.acquire({2}, tokens(1), noon + 10min).outcome == verdict::wait);
}

TEST_CASE("concurrency is the number of open leases, however long they take") {
  admission a{only({}, {}, {}, 2)};
  a.acquire({1}, tokens(1), noon);
  a.acquire({2}, tokens(1), noon);
  CHECK(a.acquire({3}, tokens(1), noon + 1h).binding == dimension::concurrent_requests);
  a.settle({1}, token_count{1}, noon + 1h);
  CHECK(a.acquire({3}, tokens(1), noon + 1h).outcome == verdict::granted);
}

TEST_CASE("a rolling day counts 24 hours, a civil day until its zone's midnight") {
  admission rolling{only({}, {}, 1)};
  use(rolling, 1, 1, noon);
  CHECK(rolling.probe(tokens(1), noon + 1h).ready_at == noon.mono + 24h);
  limits civil = only({}, {}, 1);
  civil.day_zone = "America/Los_Angeles"; // 04:00 there: 20 hours to midnight
  admission pacific{civil};
  use(pacific, 1, 1, noon);
  CHECK(pacific.probe(tokens(1), noon + 1h).ready_at == noon.mono + 20h + 2s);
  admission near_midnight{civil};
  use(near_midnight, 1, 1, noon + (20h - 1s));
  CHECK(near_midnight.probe(tokens(1), noon + 20h).ready_at == noon.mono + 44h + 2s);
}

TEST_CASE("a pause holds everybody until it is over, and a shorter one does not end it") {
  admission a{only(10)};
  a.pause_until(noon.mono + 30s);
  a.pause_until(noon.mono + 10s);
  CHECK(a.acquire({1}, tokens(1), noon).ready_at == noon.mono + 30s);
  CHECK(a.acquire({1}, tokens(1), noon + 30s).outcome == verdict::granted);
}

TEST_CASE("a restart counts what came before by its age, and a clock set back as new") {
  admission a{only(2, 1000)};
  a.restore({{{1}, tokens(300), noon.wall - 50s, true}, {{2}, tokens(300), noon.wall + 1h, false}},
            noon);
  CHECK(a.usage(noon)[0].used == 2);
  CHECK(a.open_leases() == 0);
  CHECK(a.probe(tokens(1), noon).ready_at == noon.mono + 11s);
  admission old{only(2)};
  old.restore({{{1}, tokens(1), noon.wall - 2min, true}}, noon);
  CHECK(old.usage(noon)[0].used == 0);
}

TEST_CASE("no window of a minute, as the provider counts it, ever holds more than the limits") {
  constexpr std::int64_t rpm = 20;
  constexpr std::int64_t tpm = 5000;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed)};
    admission a{only(rpm, tpm)};
    struct flight {
      std::uint64_t lease;
      std::int64_t charged;
      instant sent;
      instant arrives;
    };
    std::multimap<mono_time, flight> in_flight;             // by the time it ends
    std::deque<std::pair<mono_time, std::int64_t>> counted; // at the provider, by arrival
    instant now = noon;
    std::uint64_t lease = 0;
    int granted = 0;
    for (int i = 0; i < 4000; ++i) {
      now = now + std::chrono::milliseconds{random() % 400};
      while (!in_flight.empty() && in_flight.begin()->first <= now.mono) {
        const flight f = in_flight.begin()->second;
        in_flight.erase(in_flight.begin());
        a.mark_sent({f.lease}, f.sent);
        switch (random() % 4) {
          case 0: a.release({f.lease}, lease_end::unknown, now); break;
          case 1: a.prove_arrival({f.lease}, f.arrives); [[fallthrough]];
          default: a.settle({f.lease}, token_count{f.charged}, now);
        }
      }
      const auto n = static_cast<std::int64_t>(1 + random() % 800);
      if (a.acquire({++lease}, tokens(n), now).outcome != verdict::granted)
        continue;
      ++granted;
      const instant arrives = now + std::chrono::milliseconds{random() % 900};
      in_flight.emplace(arrives.mono + std::chrono::milliseconds{random() % 5000},
                        flight{lease, n, now, arrives});
      counted.emplace_back(arrives.mono, n);
    }
    std::ranges::sort(counted);
    for (std::size_t first = 0; first < counted.size(); ++first) {
      std::int64_t calls = 0;
      std::int64_t sum = 0;
      for (std::size_t k = first;
           k < counted.size() && counted[k].first < counted[first].first + 60s; ++k) {
        ++calls;
        sum += counted[k].second;
      }
      REQUIRE(calls <= rpm);
      REQUIRE(sum <= tpm);
    }
    CHECK(granted > 100);
  }
}

// -- what replies teach ---------------------------------------------------------------------------

namespace {

/// Grants and sends a call, and leaves it open.
void begin(admission& a, std::uint64_t lease, instant at) {
  REQUIRE(a.acquire({lease}, charge{token_count{1}}, at).outcome == verdict::granted);
  a.mark_sent({lease}, at);
}

observed_limits requests_seen(std::int64_t limit, std::int64_t remaining) {
  observed_limits o;
  o.requests_limit = limit;
  o.requests_remaining = remaining;
  return o;
}

} // namespace

TEST_CASE("what others of the same credential used is not granted again") {
  admission a{only(100)};
  begin(a, 1, noon);
  CHECK(a.observe({1}, requests_seen(100, 39), noon).empty());
  for (std::uint64_t i = 2; i <= 40; ++i)
    use(a, i, 1, noon);
  const decision d = a.acquire({99}, tokens(1), noon);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.ready_at == noon.mono + 60s);
  CHECK(a.usage(noon).front().foreign == 60);
}

TEST_CASE("our own calls before and soon behind a call are not taken for others") {
  admission a{only(100)};
  for (std::uint64_t i = 1; i <= 20; ++i)
    use(a, i, 1, noon);
  begin(a, 21, noon + 30s);
  for (std::uint64_t i = 22; i <= 31; ++i)
    begin(a, i, noon + 30500ms);
  // The reply ends when the first twenty have left the window.
  a.observe({21}, requests_seen(100, 100 - 31), noon + 70s);
  CHECK(a.usage(noon + 70s).front().foreign == 0);
  begin(a, 32, noon + 70s);
  a.observe({32}, requests_seen(100, 100 - 12 - 5), noon + 71s);
  CHECK(a.usage(noon + 71s).front().foreign == 5);
}

TEST_CASE("headers that come in another order than their calls were sent do not count twice") {
  admission a{only(100)};
  begin(a, 1, noon);
  begin(a, 2, noon + 1s);
  a.observe({2}, requests_seen(100, 88), noon + 2s);
  CHECK(a.usage(noon + 2s).front().foreign == 10);
  a.observe({1}, requests_seen(100, 49), noon + 3s);
  CHECK(a.usage(noon + 3s).front().foreign == 10);
  // A minute after the call that told of them was sent, they have gone.
  CHECK(a.usage(noon + 60s).front().foreign == 10);
  CHECK(a.usage(noon + 61s).front().foreign == 0);
}

TEST_CASE("a lower limit in the headers is kept and named") {
  admission a{only(100)};
  use(a, 1, 1, noon);
  CHECK(a.observe({1}, requests_seen(1, 0), noon) == std::vector{dimension::requests_per_minute});
  CHECK(a.acquire({2}, tokens(1), noon).outcome == verdict::wait);
}

TEST_CASE("a day's limit in the requests header is not taken for the minute's") {
  admission a{only(500, {}, 10'000)};
  begin(a, 1, noon);
  CHECK(a.observe({1}, requests_seen(10'000, 4000), noon).empty());
  CHECK(a.usage(noon).at(0).foreign == 0);
  CHECK(a.usage(noon).at(1).which == dimension::requests_per_day);
  CHECK(a.usage(noon).at(1).foreign == 5999);
}

TEST_CASE("after a refusal use is spread over the minute") {
  admission a{only(100)};
  use(a, 1, 1, noon);
  a.hear_refusal({1}, {}, dimension::requests_per_minute, noon);
  std::uint64_t lease = 2;
  while (a.acquire({lease}, tokens(1), noon).outcome == verdict::granted)
    ++lease;
  CHECK(lease <= 7);
  const decision d = a.probe(tokens(1), noon);
  CHECK(d.ready_at > noon.mono);
  CHECK(d.ready_at <= noon.mono + 1s);
  CHECK(a.lessons(noon).size() == 1);
}

TEST_CASE("a refusal is blamed on the window named, else on what the headers show, else on all") {
  const auto paced_after = [](const observed_limits& seen, std::optional<dimension> named) {
    admission a{only(100, 1000, 500)};
    begin(a, 1, noon);
    a.hear_refusal({1}, seen, named, noon);
    std::vector<dimension> paced;
    for (const dimension_usage& u : a.usage(noon))
      if (u.paced)
        paced.push_back(u.which);
    return paced;
  };
  using d = dimension;
  CHECK(paced_after({}, {}) == std::vector{d::requests_per_minute, d::tokens_per_minute});
  CHECK(paced_after({}, d::tokens_per_minute) == std::vector{d::tokens_per_minute});
  CHECK(paced_after(requests_seen(100, 0), {}) == std::vector{d::requests_per_minute});
}

TEST_CASE("a refusal though every header shows room is one for speed: the limits stay, use is spread") {
  admission a{only(100, 1000)};
  begin(a, 1, noon);
  a.hear_refusal({1}, requests_seen(100, 60), {}, noon);
  for (const dimension_usage& u : a.usage(noon)) {
    CHECK(u.paced);
    CHECK(u.limit == (u.which == dimension::requests_per_minute ? 100 : 1000));
  }
}

TEST_CASE("a day's quota that the provider calls used up is closed until midnight of its zone") {
  limits pacific = only(100, {}, 500);
  pacific.day_zone = "America/Los_Angeles"; // 04:00 there
  admission a{pacific};
  a.close_day(dimension::requests_per_minute, {}, noon);
  CHECK(a.probe(tokens(1), noon).outcome == verdict::granted);
  a.close_day(dimension::requests_per_day, 30s, noon);
  const decision d = a.probe(tokens(1), noon + 1h);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.binding == dimension::requests_per_day);
  CHECK(d.ready_at == noon.mono + 20h + 2s);
  CHECK(a.foresee(noon + 1h).ready_at(tokens(1)) == noon.mono + 20h + 2s);

  admission next{pacific};
  next.restore_lessons(a.lessons(noon + 2h), {mono_time{1s}, noon.wall + 5h});
  CHECK(next.probe(tokens(1), {mono_time{1s}, noon.wall + 5h}).ready_at
        == mono_time{1s} + 15h + 2s);
  admission rolling{only(100, {}, 500)};
  rolling.close_day(dimension::requests_per_day, 10min, noon);
  CHECK(rolling.probe(tokens(1), noon).ready_at == noon.mono + 10min);
}

// -- estimates ------------------------------------------------------------------------------------

TEST_CASE("estimates that lie off all the time are corrected by what they turned out to be") {
  admission a{only({}, 1'000'000)};
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const auto n = static_cast<std::int64_t>(1000 + i % 7 * 500);
    a.acquire({i}, charge{{n, n / 10, 10 * n}, {}, {}}, noon + i * 1min);
    // A tenth above and as good as certain.
    a.settle({i}, token_count{n + n / 10 + static_cast<std::int64_t>(i % 3) - 1}, noon + i * 1min);
  }
  const amount held = a.predict(charge{{10'000, 1000, 20'000}, {}, {}}).tokens;
  CHECK(held.expected > 10'980);
  CHECK(held.expected < 11'020);
  CHECK(held.deviation < 300);
  CHECK(a.predict(charge{{10'000, 0, 10'000}, {}, {}}).tokens == amount{10'000, 0, 10'000});
}

TEST_CASE("calls that were refused or lost teach nothing about the length of replies") {
  limits l;
  l.output_tokens_per_minute = 100'000;
  admission a{l};
  const charge bounded{{}, {}, {4000, 0, 4000}};
  for (std::uint64_t i = 1; i <= 40; ++i) {
    a.acquire({i}, bounded, noon + i * 1h);
    a.release({i}, i % 2 == 0 ? lease_end::rejected : lease_end::unknown, noon + i * 1h);
  }
  CHECK(a.predict(bounded).output == bounded.output);
}

TEST_CASE("the errors of many estimates are held together, not one by one") {
  const auto estimated = [] { return charge{{100, 10, 200}, {}, {}}; };
  admission a{only({}, 10'000)};
  std::uint64_t granted = 0;
  while (a.acquire({granted + 1}, estimated(), noon).outcome == verdict::granted)
    ++granted;
  // 10,000 = 100 n + 4 * 10 * sqrt(n) for n = 96; each held at its maximum only 50 would fit.
  CHECK(granted == 96);
}

TEST_CASE("a settlement takes an estimate's uncertainty away") {
  admission a{only({}, 300)};
  REQUIRE(a.acquire({1}, charge{{100, 25, 200}, {}, {}}, noon).outcome == verdict::granted);
  CHECK(a.acquire({2}, tokens(200), noon).outcome == verdict::wait);
  a.settle({1}, token_count{100}, noon);
  CHECK(a.acquire({2}, tokens(200), noon).outcome == verdict::granted);
}

TEST_CASE("output tokens are held until the call ends and count from there") {
  limits l;
  l.output_tokens_per_minute = 1000;
  admission a{l};
  REQUIRE(a.acquire({1}, charge{{}, {}, {600, 0, 600}}, noon).outcome == verdict::granted);
  a.mark_sent({1}, noon);
  a.prove_arrival({1}, noon);
  CHECK(a.acquire({2}, charge{{}, {}, {600, 0, 600}}, noon + 90s).outcome == verdict::wait);
  a.settle({1}, charge{{}, {}, {500, 0, 500}}, noon + 90s);
  const decision d = a.probe(charge{{}, {}, {600, 0, 600}}, noon + 100s);
  CHECK(d.ready_at == noon.mono + 150s);
  CHECK(d.binding == dimension::output_tokens_per_minute);
}

TEST_CASE("a bound on a reply above the limit on replies is no reason to refuse") {
  limits l;
  l.output_tokens_per_minute = 8'000;
  admission a{l};
  const charge unbounded{{}, {}, {64'000, 0, 64'000}};
  for (std::uint64_t i = 1; i <= 4; ++i)
    REQUIRE(a.acquire({i}, unbounded, noon).outcome == verdict::granted);
  CHECK(a.acquire({5}, unbounded, noon).outcome == verdict::wait);
  a.settle({1}, charge{{}, {}, {7'000, 0, 7'000}}, noon + 5s); // one that was long, after all
  a.settle({2}, charge{{}, {}, {300, 0, 300}}, noon + 5s);
  CHECK(a.acquire({5}, unbounded, noon + 5s).outcome == verdict::wait);
  CHECK(a.acquire({5}, unbounded, noon + 66s).outcome == verdict::granted);
  l.output_tokens_per_minute = 0;
  admission closed{l};
  CHECK(closed.acquire({1}, unbounded, noon).outcome == verdict::never);
}

TEST_CASE("once enough replies were seen, their length is held instead of their bound") {
  limits l;
  l.output_tokens_per_minute = 100'000;
  admission a{l};
  const charge bounded{{}, {}, {4000, 0, 4000}};
  for (std::uint64_t i = 1; i <= 40; ++i) {
    REQUIRE(a.acquire({i}, bounded, noon + i * 1h).outcome == verdict::granted);
    a.settle({i}, charge{{}, {}, {100, 0, 100}}, noon + i * 1h);
  }
  std::uint64_t granted = 0;
  while (a.acquire({100 + granted}, bounded, noon + 100h).outcome == verdict::granted)
    ++granted;
  CHECK(granted > 500);
}

// -- forecasts ------------------------------------------------------------------------------------

TEST_CASE("a limit that is used twice as fast as it refills is seen to run out") {
  admission a{only(60)};
  for (std::uint64_t i = 0; i < 40; ++i)
    use(a, i, 1, noon + i * 500ms);
  const auto left = a.usage(noon + 20s).front().exhausted_in;
  REQUIRE(left);
  CHECK(*left >= 9s);
  CHECK(*left <= 11s);
  CHECK(a.is_exhausted_within(15s, noon + 20s));
  CHECK_FALSE(a.is_exhausted_within(5s, noon + 20s));
}

TEST_CASE("it is seen how long a limit will stay closed once it is hit") {
  admission burst{only(60)};
  for (std::uint64_t i = 0; i < 50; ++i)
    use(burst, i, 1, noon + i * 200ms);
  // Five a second: one more leaves room for nine, and then the first comes back at 60 s.
  const auto c = burst.closes_within(5s, tokens(1), noon + 10s);
  REQUIRE(c);
  CHECK(c->which == dimension::requests_per_minute);
  CHECK(c->in >= 1700ms);
  CHECK(c->in <= 1900ms);
  CHECK(c->in + c->lasts == 50s);
  CHECK_FALSE(burst.closes_within(1s, tokens(1), noon + 10s));
}

TEST_CASE("a limit that refills as fast as it is used does not run out") {
  admission a{only(60)};
  for (std::uint64_t i = 0; i < 150; ++i)
    use(a, i, 1, noon + i * 2s);
  CHECK_FALSE(a.usage(noon + 300s).front().exhausted_in);
}

// -- other limits ---------------------------------------------------------------------------------

TEST_CASE("a lower limit holds at once, and what was used before still counts") {
  admission a{only(10)};
  for (std::uint64_t i = 1; i <= 6; ++i)
    use(a, i, 1, noon + i * 1s);
  a.replace_limits(only(4), noon + 10s);
  const decision d = a.acquire({7}, tokens(1), noon + 10s);
  CHECK(d.outcome == verdict::wait);
  CHECK(d.ready_at == noon.mono + 63s); // three of the six have left: three remain, one is free
  CHECK(a.usage(noon + 10s).front().used == 6);
  CHECK(a.usage(noon + 10s).front().limit == 4);
  CHECK(a.acquire({7}, tokens(1), noon + 63s).outcome == verdict::granted);
}

TEST_CASE("a higher limit leaves room at once for what the old one held back, and no more") {
  admission a{only(2)};
  use(a, 1, 1, noon);
  use(a, 2, 1, noon + 1s);
  CHECK(a.acquire({3}, tokens(1), noon + 2s).outcome == verdict::wait);
  a.replace_limits(only(3), noon + 2s);
  CHECK(a.acquire({3}, tokens(1), noon + 2s).outcome == verdict::granted);
  CHECK(a.acquire({4}, tokens(1), noon + 2s).outcome == verdict::wait);
}

TEST_CASE("limits that change while calls are open end in exact windows") {
  admission a{only(10, 1000)};
  REQUIRE(a.acquire({1}, tokens(300), noon).outcome == verdict::granted);
  a.mark_sent({1}, noon);
  REQUIRE(a.acquire({2}, tokens(300), noon).outcome == verdict::granted);
  limits other = only({}, 500, 20, 2);
  other.day_zone = "Europe/Paris"; // days begin where they did
  a.replace_limits(other, noon);
  // In flight they hold two slots, count in the new window over days, and 600 of 500 tokens.
  CHECK(a.probe(tokens(1), noon).outcome == verdict::wait);
  for (const dimension_usage& u : a.usage(noon))
    if (u.which == dimension::requests_per_day)
      CHECK(u.used == 2);
  a.settle({1}, token_count{100}, noon + 1s);
  a.release({2}, lease_end::not_sent, noon + 1s);
  for (const dimension_usage& u : a.usage(noon + 1s)) {
    INFO(to_string(u.which));
    CHECK(u.used == (u.which == dimension::tokens_per_minute     ? 100
                     : u.which == dimension::requests_per_day    ? 1
                     : u.which == dimension::concurrent_requests ? 0
                                                                 : -1));
  }
  for (const dimension_usage& u : a.usage(noon + 2min))
    CHECK(u.used == (u.which == dimension::requests_per_day ? 1 : 0));
}

TEST_CASE("what was learnt of a limit is not said of another, but others' use stays") {
  admission a{only(100)};
  REQUIRE(a.acquire({1}, tokens(1), noon).outcome == verdict::granted);
  a.mark_sent({1}, noon);
  observed_limits seen;
  seen.requests_limit = 40;
  seen.requests_remaining = 9;
  REQUIRE(a.observe({1}, seen, noon) == std::vector{dimension::requests_per_minute});
  CHECK(a.usage(noon).front().limit == 40);
  const std::int64_t foreign = a.usage(noon).front().foreign;
  CHECK(foreign == 30);
  a.replace_limits(only(200), noon);
  CHECK(a.usage(noon).front().limit == 200);
  CHECK(a.usage(noon).front().foreign == foreign);
}

TEST_CASE("however limits change, no minute holds more than the largest limit in force in it") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    INFO(seed);
    std::mt19937 chance{seed};
    std::int64_t limit = 20;
    admission a{only(limit)};
    std::deque<instant> sent;
    std::uint64_t lease = 0;
    instant now = noon;
    for (int i = 0; i < 2000; ++i) {
      now = now + std::chrono::milliseconds{chance() % 1500};
      if (chance() % 50 == 0) {
        limit = 1 + chance() % 40;
        a.replace_limits(only(limit), now);
      }
      if (a.acquire({++lease}, tokens(1), now).outcome != verdict::granted)
        continue;
      a.mark_sent({lease}, now);
      a.prove_arrival({lease}, now);
      a.settle({lease}, token_count{1}, now);
      sent.push_back(now);
      while (sent.front().mono + 60s <= now.mono)
        sent.pop_front();
      REQUIRE(static_cast<std::int64_t>(sent.size()) <= limit);
    }
  }
}
