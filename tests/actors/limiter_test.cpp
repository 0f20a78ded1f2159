#include "actors/journal.hpp"
#include "actors/limiter.hpp"
#include "core/bounds.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

#include <optional>

using namespace spillway;
using namespace std::chrono_literals;
using tests::virtual_system;

namespace {

rate::limits two_a_minute() {
  rate::limits l;
  l.requests_per_minute = 2;
  l.tokens_per_minute = 1000;
  return l;
}

rate::limits a_thousand_a_minute() {
  rate::limits l;
  l.requests_per_minute = 1000;
  return l;
}

struct limiter_world {
  virtual_system world;
  limiter_actor limiter;

  explicit limiter_world(rate::limits limits = two_a_minute())
      : limiter{world.system().spawn(
          actors::limiter, actors::limiter_options{{"m"}, limits, world.wall(), {}, {}})} {}
  ~limiter_world() {
    world.self()->send_exit(limiter, caf::exit_reason::user_shutdown);
    world.settle();
  }

  rate::waiting_call call(std::uint64_t lease, std::int64_t tokens = 10,
                          duration patience = 10min) {
    return {{lease}, {token_count{tokens}}, world.now() + patience, {}, rate::priority::normal};
  }
  permit_reply acquire(std::uint64_t lease, std::int64_t tokens = 10) {
    return world.ask<permit_reply>(limiter, acquire_permit{call(lease, tokens)});
  }
  void settle(std::uint64_t lease, std::int64_t tokens = 10) {
    world.self()->send(limiter,
                       settle_permit{{lease}, token_count{tokens}, world.now(), world.now()});
    world.settle();
  }
  void fail(std::uint64_t lease, routing::health h, std::optional<duration> retry_after = {}) {
    release_permit end{{lease}, rate::lease_end::unknown, world.now()};
    end.target = h;
    end.retry_after = retry_after;
    world.self()->send(limiter, std::move(end));
    world.settle();
  }
  /// Fails calls until none is let through any more.
  void open_breaker() {
    for (std::uint64_t lease = 100; acquire(lease).verdict == permit_verdict::granted; ++lease)
      fail(lease, routing::health::ill);
  }
  limiter_status status() { return world.ask<limiter_status>(limiter, get_limiter_status{}); }

  /// Queues a call; the verdict appears in the slot once it is known.
  std::shared_ptr<std::optional<permit_verdict>> queue(rate::waiting_call c) {
    auto slot = std::make_shared<std::optional<permit_verdict>>();
    auto asker = world.system().spawn([l = limiter, c, slot](caf::event_based_actor* self) {
      self->request(l, caf::infinite, await_permit{c}).then([slot](const permit_reply& r) {
        *slot = r.verdict;
      });
    });
    world.settle();
    return slot;
  }
};

} // namespace

TEST_CASE("a call that fits is granted, one that does not learns exactly when it would") {
  limiter_world w;
  CHECK(w.acquire(1).verdict == permit_verdict::granted);
  CHECK(w.acquire(2).verdict == permit_verdict::granted);
  w.settle(1);
  w.settle(2);
  w.world.advance(10s);
  const permit_reply third = w.acquire(3);
  CHECK(third.verdict == permit_verdict::wait);
  CHECK(third.forecast.estimate == 50s);
  CHECK(third.binding == rate::dimension::requests_per_minute);
  REQUIRE(third.in_the_way);
  CHECK(third.in_the_way->which == rate::dimension::requests_per_minute);
  CHECK(third.in_the_way->used == 2);
  CHECK(third.in_the_way->limit == 2);
  const permit_reply large = w.acquire(4, 1001);
  CHECK(large.verdict == permit_verdict::never);
  REQUIRE(large.in_the_way);
  CHECK(large.in_the_way->limit == 1000);
}

TEST_CASE("a waiting call holds no place until it queues") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  CHECK(w.acquire(3).verdict == permit_verdict::wait);
  CHECK(w.status().waiting == 0);
}

TEST_CASE("a queued call is granted at the moment the window opens") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  w.settle(1);
  w.world.advance(20s);
  w.settle(2);
  const auto verdict = w.queue(w.call(3));
  CHECK(w.status().waiting == 1);
  w.world.advance(39s);
  CHECK_FALSE(verdict->has_value());
  w.world.advance(1s + 1ms);
  CHECK(*verdict == permit_verdict::granted);
}

TEST_CASE("one caller's flood does not turn others away from a full queue") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  const auto of = [&](const char* tenant, std::uint64_t lease) {
    rate::waiting_call c = w.call(lease);
    c.tenant = tenant;
    return w.queue(std::move(c));
  };
  std::vector<std::shared_ptr<std::optional<permit_verdict>>> flood;
  for (std::uint64_t i = 0; i <= bounds::limiter_queue_max; ++i)
    flood.push_back(of("flood", 10 + i));
  CHECK(*flood.back() == permit_verdict::overloaded);
  CHECK_FALSE(flood[bounds::limiter_queue_max - 1]->has_value());

  const auto modest = of("modest", 9'999);
  CHECK_FALSE(modest->has_value());
  CHECK(*flood[bounds::limiter_queue_max - 1] == permit_verdict::overloaded);
  CHECK_FALSE(flood[bounds::limiter_queue_max - 2]->has_value());
  CHECK(w.status().waiting == bounds::limiter_queue_max);

  // Its turn comes with the flood's first.
  w.settle(1);
  w.settle(2);
  w.world.advance(61s);
  CHECK(*modest == permit_verdict::granted);
}

TEST_CASE("a queued call expires at its deadline") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  const auto verdict = w.queue(w.call(3, 10, 5s));
  w.world.advance(4s);
  CHECK_FALSE(verdict->has_value());
  w.world.advance(2s);
  CHECK(*verdict == permit_verdict::expired);
  CHECK(w.status().waiting == 0);
}

TEST_CASE("a withdrawn call leaves the queue, a withdrawn grant gives everything back") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  const auto verdict = w.queue(w.call(3));
  w.world.self()->send(w.limiter, withdraw_permit{{3}});
  w.world.settle();
  CHECK(*verdict == permit_verdict::withdrawn);
  w.world.self()->send(w.limiter, withdraw_permit{{2}});
  w.world.settle();
  CHECK(w.acquire(4).verdict == permit_verdict::granted);
}

TEST_CASE("a call larger than the limit is never granted, and is told so at once") {
  limiter_world w;
  const permit_reply r = w.acquire(1, 1001);
  CHECK(r.verdict == permit_verdict::never);
  CHECK(r.binding == rate::dimension::tokens_per_minute);
}

TEST_CASE("calls at once are granted no more than the window holds, however many they are") {
  for (const auto& [each, most] : {std::pair{663, 0}, {100, 1}, {51, 1}, {50, 2}, {33, 3}}) {
    INFO("calls of " << each << " tokens, 100 a minute");
    rate::limits hundred;
    hundred.tokens_per_minute = 100;
    limiter_world w{hundred};
    std::vector<std::shared_ptr<std::optional<permit_verdict>>> verdicts;
    for (std::uint64_t lease = 1; lease <= 5; ++lease)
      w.world.system().spawn([&, asked = w.call(lease, each)](caf::event_based_actor* self) {
        const auto slot = verdicts.emplace_back(std::make_shared<std::optional<permit_verdict>>());
        self->request(w.limiter, caf::infinite, acquire_permit{asked})
            .then([slot](const permit_reply& r) { *slot = r.verdict; });
      });
    w.world.settle();
    CHECK(std::ranges::count_if(verdicts, [](const auto& v) {
            return **v == permit_verdict::granted;
          }) == most);
    CHECK(w.status().usage.at(0).used <= 100);
  }
}

TEST_CASE("a refused call's pause holds everybody for as long as the provider asked") {
  limiter_world w{a_thousand_a_minute()};
  w.acquire(1);
  w.world.self()->send(w.limiter,
                       release_permit{{1}, rate::lease_end::rejected, w.world.now(), duration{7s}});
  w.world.settle();
  const permit_reply r = w.acquire(2);
  CHECK(r.verdict == permit_verdict::wait);
  CHECK(r.forecast.estimate == 7s);
  w.world.advance(7s);
  CHECK(w.acquire(2).verdict == permit_verdict::granted);
}

TEST_CASE("a second terminal message of a lease changes nothing") {
  limiter_world w;
  w.acquire(1, 600);
  w.settle(1, 600);
  w.world.self()->send(w.limiter, release_permit{{1}, rate::lease_end::not_sent, {}, {}});
  w.world.settle();
  CHECK(w.acquire(2, 600).verdict == permit_verdict::wait);
}

TEST_CASE("the lease of a dead holder counts in full until it ages out") {
  limiter_world w;
  auto holder =
      w.world.system().spawn([l = w.limiter, c = w.call(1, 900)](caf::event_based_actor* self) {
        self->request(l, caf::infinite, acquire_permit{c}).then([self](const permit_reply&) {
          self->quit(caf::exit_reason::unhandled_exception);
        });
      });
  w.world.settle();
  CHECK(w.status().in_flight == 0);
  CHECK(w.acquire(2, 200).verdict == permit_verdict::wait);
  w.world.advance(62s);
  CHECK(w.acquire(2, 200).verdict == permit_verdict::granted);
}

TEST_CASE("what a limiter learns goes to the journal, and another life begins with it") {
  virtual_system world;
  actors::journal_options j;
  j.file = std::move(*storage::journal::open(":memory:"));
  j.wall = world.wall();
  journal_actor journal = world.system().spawn(actors::journal, std::move(j));
  actors::limiter_options options{{"m"}, two_a_minute(), world.wall(), {}, {}};
  options.journal = journal;
  options.key = {"key"};
  options.journal_model = {"m"};
  const auto end = [&](const auto& whom) {
    world.self()->send_exit(whom, caf::exit_reason::user_shutdown);
    world.settle();
  };
  limiter_actor first = world.system().spawn(actors::limiter, options);
  settle_permit told{{1}, token_count{1}, world.now(), world.now()};
  told.observed.tokens_limit = 600;
  world.self()->send(first, told);
  world.settle();
  end(first);

  options.lessons =
      world.ask<leases_reply>(journal, load_leases{{"key"}, {"m"}, {}, {}}).lessons;
  limiter_actor second = world.system().spawn(actors::limiter, options);
  const auto status = world.ask<limiter_status>(second, get_limiter_status{});
  CHECK(status.usage.at(1).limit == 600);
  end(second);
  end(journal);
}

TEST_CASE("a limiter that stops answers everybody who waits") {
  limiter_world w;
  w.acquire(1);
  w.acquire(2);
  const auto verdict = w.queue(w.call(3));
  w.world.self()->send_exit(w.limiter, caf::exit_reason::user_shutdown);
  w.world.settle();
  CHECK(*verdict == permit_verdict::withdrawn);
}

TEST_CASE("a limiter without memory keeps silent for a minute") {
  virtual_system world;
  actors::limiter_options options{{"m"}, two_a_minute(), world.wall(), {}, 60s};
  limiter_actor limiter = world.system().spawn(actors::limiter, options);
  const rate::waiting_call c{
      {1}, {token_count{1}}, world.now() + 10min, {}, rate::priority::normal};
  CHECK(world.ask<permit_reply>(limiter, acquire_permit{c}).verdict == permit_verdict::wait);
  world.advance(60s);
  CHECK(world.ask<permit_reply>(limiter, acquire_permit{c}).verdict == permit_verdict::granted);
  world.self()->send_exit(limiter, caf::exit_reason::user_shutdown);
  world.settle();
}

// -- failing models -------------------------------------------------------------------------------

TEST_CASE("a model that fails five times in a row is left alone, then one call finds out") {
  limiter_world w{a_thousand_a_minute()};
  w.open_breaker();
  const permit_reply refused = w.acquire(1);
  CHECK(refused.verdict == permit_verdict::closed);
  CHECK(refused.forecast.estimate > duration{});
  CHECK(refused.forecast.estimate <= 5s);
  CHECK(w.status().in_flight == 0);
  w.world.advance(5s);
  CHECK(w.acquire(2).verdict == permit_verdict::granted);
  CHECK(w.acquire(3).verdict == permit_verdict::closed);
  w.settle(2);
  CHECK(w.acquire(4).verdict == permit_verdict::granted);
}

TEST_CASE("a quote says that a model is left alone, and does not become the probe") {
  limiter_world w{a_thousand_a_minute()};
  w.open_breaker();
  const quote_permit question{w.call(1)};
  CHECK(w.world.ask<permit_reply>(w.limiter, question).verdict == permit_verdict::closed);
  w.world.advance(5s);
  CHECK(w.world.ask<permit_reply>(w.limiter, question).verdict == permit_verdict::granted);
  CHECK(w.acquire(2).verdict == permit_verdict::granted);
}

TEST_CASE("calls that queue for a model are sent away when it begins to fail") {
  rate::limits five;
  five.requests_per_minute = 5;
  limiter_world w{five};
  for (std::uint64_t lease = 1; lease <= 5; ++lease)
    w.acquire(lease);
  const auto waiting = w.queue(w.call(6));
  for (std::uint64_t lease = 1; lease <= 4; ++lease)
    w.fail(lease, routing::health::ill);
  CHECK_FALSE(waiting->has_value());
  w.fail(5, routing::health::ill);
  CHECK(*waiting == permit_verdict::closed);
  CHECK(w.status().waiting == 0);
  const auto late = w.queue(w.call(7));
  CHECK(*late == permit_verdict::closed);
}

TEST_CASE("retries need room in the budget for them, first calls do not") {
  limiter_world w{a_thousand_a_minute()};
  std::uint64_t lease = 0;
  int retries = 0;
  const auto retry = [&] {
    acquire_permit again{w.call(++lease)};
    again.is_retry = true;
    return w.world.ask<permit_reply>(w.limiter, again).verdict;
  };
  while (retry() == permit_verdict::granted)
    ++retries;
  CHECK(retries == bounds::retries_least);
  CHECK(retry() == permit_verdict::no_retry);
  for (int i = 0; i < 10; ++i) {
    CHECK(w.acquire(++lease).verdict == permit_verdict::granted);
    w.settle(lease);
  }
  CHECK(retry() == permit_verdict::granted);
  CHECK(retry() == permit_verdict::no_retry);
}

TEST_CASE("models that share a limiter do not share their failures") {
  virtual_system world;
  actors::limiter_options o{{"family"}, a_thousand_a_minute(), world.wall(), {}, {}};
  o.lanes = {{"a"}, {"b"}};
  const limiter_actor shared = world.system().spawn(actors::limiter, std::move(o));
  const auto acquire = [&](std::uint64_t lease, limiter_lane lane) {
    const rate::waiting_call call{{lease}, {token_count{1}}, world.now() + 10min, {}, {}};
    return world.ask<permit_reply>(shared, acquire_permit{call, lane}).verdict;
  };
  std::uint64_t lease = 0;
  while (acquire(++lease, 0) == permit_verdict::granted) {
    release_permit end{{lease}, rate::lease_end::unknown, world.now()};
    end.target = routing::health::silent;
    world.self()->send(shared, std::move(end));
    world.settle();
  }
  CHECK(acquire(++lease, 0) == permit_verdict::closed);
  CHECK(acquire(++lease, 1) == permit_verdict::granted);
  world.self()->send_exit(shared, caf::exit_reason::user_shutdown);
  world.settle();
}

namespace {

void replace(limiter_world& w, rate::limits limits) {
  w.world.self()->send(caf::actor_cast<limiter_self>(w.limiter), replace_limits{std::move(limits)});
  w.world.settle();
}

rate::limits requests_a_minute(std::int64_t n) {
  rate::limits l;
  l.requests_per_minute = n;
  return l;
}

} // namespace

TEST_CASE("higher limits let those in who wait, as many as they have room for") {
  limiter_world w;
  w.acquire(1), w.acquire(2);
  w.settle(1), w.settle(2);
  const auto third = w.queue(w.call(3));
  const auto fourth = w.queue(w.call(4));
  CHECK(w.status().waiting == 2);
  replace(w, requests_a_minute(3));
  CHECK(*third == permit_verdict::granted);
  CHECK_FALSE(fourth->has_value());
  w.world.advance(60s + 1ms);
  CHECK(*fourth == permit_verdict::granted);
}

TEST_CASE("lower limits hold at once for those who wait, and forget nothing") {
  limiter_world w{requests_a_minute(4)};
  for (std::uint64_t lease = 1; lease <= 4; ++lease) {
    w.acquire(lease);
    w.settle(lease);
    w.world.advance(10s);
  }
  const auto fifth = w.queue(w.call(5)); // at 40 s; the first leaves at 60 s
  replace(w, requests_a_minute(2));
  CHECK(w.status().usage.front().used == 4);
  w.world.advance(30s); // at 70 s two have left: two remain of two
  CHECK_FALSE(fifth->has_value());
  w.world.advance(10s + 1ms);
  CHECK(*fifth == permit_verdict::granted);
}

TEST_CASE("who waits for what no longer ever fits is told so at once") {
  limiter_world w;
  w.acquire(1), w.acquire(2);
  const auto large = w.queue(w.call(3, 900));
  const auto small = w.queue(w.call(4, 10));
  CHECK(w.status().waiting == 2);
  rate::limits less = two_a_minute();
  less.tokens_per_minute = 500;
  replace(w, less);
  CHECK(*large == permit_verdict::never);
  CHECK_FALSE(small->has_value());
  CHECK(w.status().waiting == 1);
}
