#include "core/bounds.hpp"
#include "core/routing/key_bench.hpp"
#include "core/routing/key_rotation.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;
using namespace std::chrono_literals;

namespace {

call_failure failed(failure_kind kind, int status, std::optional<duration> retry_after = {}) {
  return {kind, status, "", retry_after};
}

} // namespace

TEST_CASE("keys are used by their weights, spread as evenly as can be") {
  key_rotation r{{2, 1, 1}};
  const std::vector<bool> all(3, true);
  std::string order;
  for (int i = 0; i < 8; ++i)
    order += static_cast<char>('a' + r.next(all).front());
  CHECK(order == "abcaabca");
}

TEST_CASE("every key is offered, the next in turn first") {
  key_rotation r{{1, 1, 1}};
  const std::vector<bool> all(3, true);
  CHECK(r.next(all) == std::vector<std::size_t>{0, 1, 2});
  CHECK(r.next(all).front() == 1);
  CHECK(r.next(all).front() == 2);
}

TEST_CASE("a key that cannot be used is passed over and does not come back with a burst") {
  key_rotation r{{1, 1}};
  for (int i = 0; i < 10; ++i)
    CHECK(r.next({false, true}) == std::vector<std::size_t>{1});
  CHECK(r.next({false, false}).empty());
  int first = 0;
  for (int i = 0; i < 10; ++i)
    first += r.next({true, true}).front() == 0;
  CHECK(first == 5);
}

TEST_CASE("a key that does not work sits out alone, then one call finds out") {
  key_bench bench;
  const key_id bad{"openai/a"};
  const key_id good{"openai/b"};
  mono_time now{};
  const call_failure refused = failed(failure_kind::unauthorized, 401);
  CHECK(condemns_key(refused));
  CHECK(bench.sit_out(bad, refused, now));
  CHECK_FALSE(bench.sit_out(bad, refused, now));
  CHECK(bench.out_for(bad, now) == duration{bounds::key_refused_for});
  CHECK(bench.explain(bad, now) == "its key openai/a was refused; it is tried again in 1 min");
  CHECK_FALSE(bench.out_for(good, now));
  now += bounds::key_refused_for;
  CHECK_FALSE(bench.out_for(bad, now));
  CHECK(bench.sit_out(bad, refused, now));
}

TEST_CASE("an account without money sits out as long as the vendor says, an hour at least") {
  key_bench bench;
  const key_id key{"openai/a"};
  bench.sit_out(key, failed(failure_kind::quota_exhausted, 429), mono_time{});
  CHECK(bench.out_for(key, mono_time{}) == duration{bounds::key_unpaid_for});
  bench.sit_out(key, failed(failure_kind::quota_exhausted, 429, 5h), mono_time{});
  CHECK(bench.out_for(key, mono_time{}) == duration{5h});
}

TEST_CASE("the quota of one model and a 403 do not condemn the key") {
  call_failure daily = failed(failure_kind::quota_exhausted, 429);
  daily.refused_by = rate::dimension::requests_per_day;
  CHECK_FALSE(condemns_key(daily));
  CHECK_FALSE(condemns_key(failed(failure_kind::unauthorized, 403)));
  CHECK_FALSE(condemns_key(failed(failure_kind::rate_limited, 429)));
  CHECK_FALSE(condemns_key(failed(failure_kind::overloaded, 503)));
}
