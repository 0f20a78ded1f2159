#include "core/bounds.hpp"
#include "core/rate/fair_queue.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace spillway;
using namespace spillway::rate;
using namespace std::chrono_literals;

namespace {

const instant noon{mono_time{1h}, wall_time_from_unix_nanos(1'795'521'600'000'000'000)};

waiting_call call(std::uint64_t lease, std::int64_t tokens, std::string tenant = {},
                  priority level = priority::normal) {
  return {{lease}, {token_count{tokens}}, noon.mono + 24h, std::move(tenant), level};
}

admission desk_of(std::optional<std::int64_t> rpm, std::optional<std::int64_t> tpm = {}) {
  return admission{limits{rpm, tpm, {}, {}, {}}};
}

void settle(admission& desk, lease_id lease, instant at) {
  desk.mark_sent(lease, at);
  desk.prove_arrival(lease, at);
  desk.settle(lease, token_count{0}, at);
}

/// Fills the desk's requests so that nothing is granted for a minute.
void fill(admission& desk, std::uint64_t requests, std::int64_t tokens) {
  for (std::uint64_t i = 0; i < requests; ++i) {
    const lease_id lease{1'000'000 + i};
    REQUIRE(desk.acquire(lease, {token_count{tokens}}, noon).outcome == verdict::granted);
    desk.mark_sent(lease, noon);
    desk.prove_arrival(lease, noon);
    desk.settle(lease, token_count{tokens}, noon);
  }
}

} // namespace

TEST_CASE("calls of one tenant are granted in the order they came") {
  admission desk = desk_of(3);
  fill(desk, 3, 1);
  fair_queue q;
  for (std::uint64_t i = 1; i <= 3; ++i)
    CHECK(q.push(call(i, 10), noon).waits);
  CHECK(q.grant_ready(desk, noon).empty());
  CHECK(q.grant_ready(desk, noon + 60s) == std::vector<lease_id>{{1}, {2}, {3}});
  CHECK(q.empty());
}

TEST_CASE("a tenant with many calls does not keep another from its turn") {
  admission desk = desk_of(1);
  fill(desk, 1, 1);
  fair_queue q;
  for (std::uint64_t i = 1; i <= 5; ++i)
    q.push(call(i, 10, "greedy"), noon);
  q.push(call(6, 10, "modest"), noon);
  std::vector<lease_id> order;
  instant now = noon;
  while (!q.empty()) {
    now = now + 61s;
    for (const lease_id lease : q.grant_ready(desk, now)) {
      order.push_back(lease);
      settle(desk, lease, now);
    }
  }
  REQUIRE(order.size() == 6);
  CHECK((order[0].value == 6 || order[1].value == 6));
}

TEST_CASE("a tenant of twice the weight gets two turns while another gets one") {
  admission desk = desk_of(1);
  fill(desk, 1, 1);
  fair_queue q;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    waiting_call heavy = call(i, 10, "heavy");
    heavy.weight = 2;
    q.push(heavy, noon);
    q.push(call(100 + i, 10, "light"), noon);
  }
  int of_heavy = 0;
  instant now = noon;
  for (int turn = 0; turn < 6; ++turn) {
    now = now + 61s;
    for (const lease_id lease : q.grant_ready(desk, now)) {
      of_heavy += lease.value < 100 ? 1 : 0;
      settle(desk, lease, now);
    }
  }
  CHECK(of_heavy == 4);
}

TEST_CASE("the urgent go first, and the patient get there all the same") {
  admission desk = desk_of(1);
  fill(desk, 1, 1);
  fair_queue q;
  q.push(call(1, 10, {}, priority::low), noon + 50s);
  q.push(call(2, 10, {}, priority::high), noon + 50s);
  CHECK(q.grant_ready(desk, noon + 60s) == std::vector<lease_id>{{2}});
  settle(desk, {2}, noon + 60s);
  // By now the low one has risen to the top and came before the newcomer.
  q.push(call(3, 10, {}, priority::high), noon + 119s);
  CHECK(q.grant_ready(desk, noon + 121s) == std::vector<lease_id>{{1}});
}

TEST_CASE("a small call may use what those before it cannot, if none of them starts later for it") {
  admission desk = desk_of(10, 1000);
  fill(desk, 1, 600);
  fair_queue q;
  q.push(call(1, 900), noon + 1s); // has to wait until the 600 age out
  q.push(call(2, 100), noon + 1s); // fits now and leaves 900 then
  q.push(call(3, 200), noon + 1s); // fits now, but the head would find only 700
  CHECK(q.grant_ready(desk, noon + 1s) == std::vector<lease_id>{{2}});
  admission wide = desk_of(10, 1000);
  fill(wide, 1, 600);
  fair_queue other;
  other.push(call(1, 500), noon + 1s);
  other.push(call(2, 400), noon + 1s);
  CHECK(other.grant_ready(wide, noon + 1s) == std::vector<lease_id>{{2}});
  CHECK(other.grant_ready(wide, noon + 60s) == std::vector<lease_id>{{1}});
}

TEST_CASE("a small call does not pass the second in line either") {
  admission desk = desk_of(10, 1000);
  fill(desk, 1, 700);
  fair_queue q;
  q.push(call(1, 400), noon + 1s); // starts when the 700 have aged out
  q.push(call(2, 600), noon + 1s); // starts with it
  q.push(call(3, 200), noon + 1s); // fits now and beside the head, but not beside both
  CHECK(q.grant_ready(desk, noon + 1s).empty());
  CHECK(q.grant_ready(desk, noon + 60s) == std::vector<lease_id>{{1}, {2}});
}

TEST_CASE("a head that starts soon is not passed") {
  admission desk = desk_of(10, 1000);
  fill(desk, 1, 600);
  fair_queue q;
  q.push(call(1, 500), noon + 56s);
  q.push(call(2, 400), noon + 56s);
  CHECK(q.grant_ready(desk, noon + 56s).empty());
  CHECK(q.grant_ready(desk, noon + 60s) == std::vector<lease_id>{{1}, {2}});
}

TEST_CASE("the forecast is when the call really starts") {
  admission desk = desk_of(2);
  fill(desk, 2, 1);
  fair_queue q;
  std::map<std::uint64_t, mono_time> promised;
  for (std::uint64_t i = 1; i <= 7; ++i) {
    const auto f = q.forecast(desk, call(i, 10), noon);
    REQUIRE(f);
    CHECK(f->position == i - 1);
    CHECK(f->estimate <= f->bound);
    promised[i] = noon.mono + f->bound;
    q.push(call(i, 10), noon);
  }
  instant now = noon;
  while (!q.empty()) {
    const auto due = q.next_due(desk, now);
    REQUIRE(due);
    REQUIRE(*due > now.mono);
    now = now + (*due - now.mono);
    for (const lease_id lease : q.grant_ready(desk, now)) {
      CHECK(now.mono <= promised[lease.value]);
      settle(desk, lease, now);
    }
  }
}

TEST_CASE("deadlines, withdrawals and the cap") {
  admission desk = desk_of(1);
  fill(desk, 1, 1);
  fair_queue q;
  waiting_call soon = call(1, 10);
  soon.deadline = noon.mono + 5s;
  q.push(soon, noon);
  q.push(call(2, 10), noon);
  CHECK(q.take_expired(noon.mono + 4s).empty());
  CHECK(q.take_expired(noon.mono + 5s) == std::vector<lease_id>{{1}});
  CHECK(q.remove({2}));
  CHECK_FALSE(q.remove({2}));
  for (std::uint64_t i = 0; i < bounds::limiter_queue_max; ++i)
    REQUIRE(q.push(call(10 + i, 1), noon).waits);
  CHECK_FALSE(q.push(call(9'999'999, 1), noon).waits);
  CHECK(q.take_all().size() == bounds::limiter_queue_max);
  CHECK(q.empty());
}

TEST_CASE("a flood of one tenant keeps no other out of a full queue") {
  admission desk = desk_of(1);
  fill(desk, 1, 1);
  fair_queue q;
  const std::uint64_t most = bounds::limiter_queue_max;
  for (std::uint64_t i = 1; i <= most; ++i)
    REQUIRE(q.push(call(i, 10, "flood"), noon).waits);
  CHECK_FALSE(q.push(call(most + 1, 10, "flood"), noon).waits);

  const queue_place place = q.push(call(most + 2, 10, "modest"), noon);
  CHECK(place.waits);
  CHECK(place.gave_way == lease_id{most}); // it has waited least
  CHECK(q.size() == most);
  CHECK_FALSE(q.remove({most}));
  CHECK_FALSE(q.push(call(most + 3, 10, "flood"), noon).waits);

  std::vector<lease_id> first = q.grant_ready(desk, noon + 60s);
  REQUIRE(first.size() == 1);
  settle(desk, first[0], noon + 60s);
  const std::vector<lease_id> second = q.grant_ready(desk, noon + 121s);
  CHECK((first[0] == lease_id{most + 2} || second == std::vector<lease_id>{{most + 2}}));
}

TEST_CASE("whoever comes to a full queue, nobody with less than the average gives way") {
  std::mt19937_64 chance{20'261'127};
  fair_queue q;
  std::map<std::string, std::size_t> waiting;
  std::map<lease_id, std::string> tenant_of;
  std::uint64_t next = 1;
  for (int i = 0; i < 30'000; ++i) {
    // A few send most of what comes.
    const std::string tenant = std::to_string(std::min(chance() % 40, chance() % 40));
    const queue_place place = q.push(call(next, 1, tenant), noon);
    if (place.gave_way) {
      const std::string& left = tenant_of.at(*place.gave_way);
      REQUIRE(waiting[left] > waiting[tenant] + 1);
      for (const auto& [other, calls] : waiting)
        REQUIRE(calls <= waiting[left]);
      --waiting[left];
    }
    if (place.waits) {
      ++waiting[tenant];
      tenant_of.emplace(lease_id{next}, tenant);
    } else {
      for (const auto& [other, calls] : waiting)
        REQUIRE(calls <= waiting[tenant] + 1);
    }
    ++next;
    REQUIRE(q.size() <= bounds::limiter_queue_max);
  }
  CHECK(q.size() == bounds::limiter_queue_max);
}

TEST_CASE("a call that can never be granted has no forecast") {
  admission desk = desk_of({}, 100);
  const fair_queue q;
  CHECK_FALSE(q.forecast(desk, call(1, 101), noon).has_value());
}
