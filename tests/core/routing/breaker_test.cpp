#include "core/bounds.hpp"
#include "core/routing/breaker.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;
using namespace std::chrono_literals;

namespace {

/// A breaker and a clock; calls are numbered.
struct target {
  breaker guard{7};
  mono_time now{};
  std::uint64_t last = 0;

  /// Tries one call that ends as `h` says. False if it was not let through.
  bool call(health h, std::optional<duration> retry_after = {}) {
    const lease_id id{++last};
    if (guard.admit(id, now))
      return false;
    guard.on_end(id, h, retry_after, now);
    return true;
  }

  void open() {
    while (call(health::ill)) {
    }
  }
};

call_failure failed(failure_kind kind, int status = 0) {
  return {kind, status, "", {}};
}

} // namespace

TEST_CASE("a breaker opens after five failures in a row, after two silent ones") {
  target t;
  int sent = 0;
  while (t.call(health::ill))
    ++sent;
  CHECK(sent == bounds::breaker_failures_max);
  target mute;
  sent = 0;
  while (mute.call(health::silent))
    ++sent;
  CHECK(sent == 2);
}

TEST_CASE("an answer between failures keeps a breaker closed") {
  target t;
  for (int i = 0; i < 100; ++i)
    CHECK(t.call(i % 5 == 4 ? health::well : health::ill));
  CHECK(t.guard.is_closed());
}

TEST_CASE("an open breaker lets nothing through, and says when to come again") {
  target t;
  t.open();
  const auto wait = t.guard.admit(lease_id{99}, t.now);
  REQUIRE(wait);
  CHECK(*wait >= bounds::breaker_open_first / 2);
  CHECK(*wait <= bounds::breaker_open_first);
  t.now += *wait - 1ns;
  CHECK_FALSE(t.call(health::well));
}

TEST_CASE("half open, one probe goes; its success closes the breaker") {
  target t;
  t.open();
  t.now += bounds::breaker_open_first;
  CHECK_FALSE(t.guard.admit(lease_id{50}, t.now));
  CHECK(t.guard.admit(lease_id{51}, t.now) == bounds::breaker_probe_look);
  t.guard.on_end(lease_id{50}, health::well, {}, t.now);
  CHECK(t.guard.is_closed());
  CHECK(t.call(health::well));
}

TEST_CASE("a failed probe opens the breaker for longer, up to a minute") {
  target t;
  t.open();
  int probes = 0;
  for (const mono_time begun = t.now; t.now - begun < 60s; t.now += 100ms)
    probes += t.call(health::silent);
  CHECK(probes >= 3);
  CHECK(probes <= 7);
  for (int i = 0; i < 20; ++i) {
    const auto wait = t.guard.blocked_for(t.now);
    REQUIRE(wait);
    CHECK(*wait <= bounds::breaker_open_most);
    t.now += *wait;
    CHECK(t.call(health::silent));
  }
}

TEST_CASE("a probe that says nothing leaves its place to the next call") {
  target t;
  t.open();
  t.now += bounds::breaker_open_first;
  CHECK(t.call(health::unknown));
  CHECK_FALSE(t.guard.is_closed());
  CHECK(t.call(health::well));
  CHECK(t.guard.is_closed());
}

TEST_CASE("a probe that never ends is given up") {
  target t;
  t.open();
  t.now += bounds::breaker_open_first;
  CHECK_FALSE(t.guard.admit(lease_id{50}, t.now));
  t.now += bounds::breaker_probe_patience;
  CHECK_FALSE(t.guard.admit(lease_id{51}, t.now));
  t.guard.on_end(lease_id{50}, health::ill, {}, t.now);
  t.guard.on_end(lease_id{51}, health::well, {}, t.now);
  CHECK(t.guard.is_closed());
}

TEST_CASE("calls that were on their way when a breaker opened change nothing") {
  target t;
  t.guard.admit(lease_id{1000}, t.now);
  t.open();
  t.guard.on_end(lease_id{1000}, health::well, {}, t.now);
  CHECK_FALSE(t.guard.is_closed());
}

TEST_CASE("a breaker stays open at least as long as the target asked") {
  target t;
  for (int i = 0; i < 5; ++i)
    t.call(health::ill, 40s);
  CHECK(t.guard.blocked_for(t.now) >= duration{40s});
}

TEST_CASE("a model that is not served there is left alone at once, and for long") {
  target t;
  t.call(health::gone);
  CHECK(t.guard.blocked_for(t.now).value_or(0s) >= bounds::breaker_open_gone);
}

TEST_CASE("what each failure says of its target") {
  CHECK(health_after(failed(failure_kind::unreachable)) == health::silent);
  CHECK(health_after(failed(failure_kind::timed_out)) == health::silent);
  CHECK(health_after(failed(failure_kind::overloaded, 529)) == health::ill);
  CHECK(health_after(failed(failure_kind::interrupted)) == health::ill);
  CHECK(health_after(failed(failure_kind::model_unavailable, 404)) == health::gone);
  CHECK(health_after(failed(failure_kind::unauthorized, 403)) == health::gone);
  CHECK(health_after(failed(failure_kind::cancelled)) == health::unknown);
  for (const failure_kind k :
       {failure_kind::rate_limited, failure_kind::quota_exhausted, failure_kind::invalid_request,
        failure_kind::context_too_long, failure_kind::content_filtered})
    CHECK(health_after(failed(k)) == health::well);
  CHECK(health_after(failed(failure_kind::unauthorized, 401)) == health::well);
}
