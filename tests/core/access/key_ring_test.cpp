#include "core/access/key_ring.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::access;
using namespace std::chrono_literals;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

instant at(duration d) {
  return instant{mono_time{1h}, noon} + d;
}

virtual_key bot() {
  virtual_key key{"0123456789ab", "bot", "salt", "digest", noon};
  key.limits.requests_per_minute = 2;
  return key;
}

key_verdict verdict_of(key_ring& ring, const char* target, std::int64_t tokens,
                       std::uint64_t lease, duration when = 0s) {
  return ring.admit({"bot", target, token_count{tokens}, {lease}}, at(when)).outcome;
}

} // namespace

TEST_CASE("a key keeps its requests a minute, and says when to come again") {
  key_ring ring;
  ring.replace({bot()});
  CHECK(verdict_of(ring, "m", 10, 1) == key_verdict::granted);
  CHECK(verdict_of(ring, "m", 10, 2, 1s) == key_verdict::granted);
  const key_decision refused = ring.admit({"bot", "m", token_count{10}, {3}}, at(2s));
  CHECK(refused.outcome == key_verdict::limited);
  CHECK(refused.reason == "key `bot` has a limit of 2 requests per minute, which is used up");
  REQUIRE(refused.retry_after);
  CHECK(*refused.retry_after > 57s);
  CHECK(*refused.retry_after < 60s);
  CHECK(verdict_of(ring, "m", 10, 4, 2s + *refused.retry_after) == key_verdict::granted);
}

TEST_CASE("what a call took replaces what it was let in with") {
  virtual_key key = bot();
  key.limits = {{}, 1000};
  key_ring ring;
  ring.replace({key});
  CHECK(verdict_of(ring, "m", 900, 1) == key_verdict::granted);
  CHECK(verdict_of(ring, "m", 200, 2) == key_verdict::limited);
  ring.end({1}, token_count{100}, at(1s));
  CHECK(verdict_of(ring, "m", 900, 2, 1s) == key_verdict::granted);
  ring.end({2}, std::nullopt, at(1s));
  CHECK(verdict_of(ring, "m", 900, 3, 1s) == key_verdict::granted);
  CHECK(verdict_of(ring, "m", 1001, 4, 1s) == key_verdict::too_large);
}

TEST_CASE("answers without a bound take the room there is, so that many at once do not pass") {
  virtual_key key = bot();
  key.limits = {{}, 100};
  key_ring ring;
  ring.replace({key});
  const auto ask = [&](std::uint64_t lease, duration when) {
    return ring.admit({"bot", "m", token_count{20}, {lease}, token_count{512}}, at(when)).outcome;
  };
  CHECK(ask(1, 0s) == key_verdict::granted);
  for (std::uint64_t lease = 2; lease <= 5; ++lease)
    CHECK(ask(lease, 0s) == key_verdict::limited);
  ring.end({1}, token_count{60}, at(1s));
  CHECK(ask(6, 1s) == key_verdict::granted); // beside the 60
  CHECK(ask(7, 1s) == key_verdict::limited);
  ring.end({6}, token_count{130}, at(2s)); // no bound, no promise: it counts in full
  CHECK(ask(8, 59s) == key_verdict::limited);
  CHECK(ask(9, 63s) == key_verdict::granted);

  key.limits = {{}, 10'000};
  ring.replace({key});
  int at_once = 0;
  while (ask(100 + static_cast<std::uint64_t>(at_once), 120s) == key_verdict::granted)
    ++at_once;
  CHECK(at_once == 19); // the last of them has 404 left for its answer
}

TEST_CASE("calls at once are counted until they end") {
  virtual_key key = bot();
  key.limits = {{}, {}, {}, 1};
  key_ring ring;
  ring.replace({key});
  CHECK(verdict_of(ring, "m", 1, 1) == key_verdict::granted);
  CHECK(verdict_of(ring, "m", 1, 2) == key_verdict::limited);
  ring.end({1}, token_count{1}, at(1s));
  CHECK(verdict_of(ring, "m", 1, 2, 1s) == key_verdict::granted);
}

TEST_CASE("a key calls what it is for") {
  virtual_key key = bot();
  key.limits = {};
  key.targets = {"default", "gpt-4o"};
  key_ring ring;
  ring.replace({key});
  CHECK(verdict_of(ring, "default", 1, 1) == key_verdict::granted);
  CHECK(verdict_of(ring, "", 1, 2) == key_verdict::target_not_allowed);
  const key_decision refused = ring.admit({"bot", "o3", token_count{1}, {3}}, at(0s));
  CHECK(refused.outcome == key_verdict::target_not_allowed);
  CHECK(refused.reason == "key `bot` may not call `o3`; it may call `default`, `gpt-4o`");
}

TEST_CASE("a key ends when it is revoked or its time is over") {
  virtual_key key = bot();
  key.expires = noon + 10s;
  key_ring ring;
  ring.replace({key});
  CHECK(ring.find(key.id, noon + 9s) != nullptr);
  CHECK(ring.find(key.id, noon + 10s) == nullptr);
  CHECK(verdict_of(ring, "m", 1, 1, 10s) == key_verdict::unknown_key);
  key.revoked = noon + 1s;
  ring.replace({key});
  CHECK(ring.find(key.id, noon) == nullptr);
  CHECK(verdict_of(ring, "m", 1, 1) == key_verdict::unknown_key);
}

TEST_CASE("a key that stays keeps what it has used, and one of its old name begins anew") {
  key_ring ring;
  ring.replace({bot()});
  CHECK(verdict_of(ring, "m", 1, 1) == key_verdict::granted);
  CHECK(verdict_of(ring, "m", 1, 2) == key_verdict::granted);
  virtual_key rotated = bot();
  rotated.digest = "another";
  ring.replace({rotated});
  CHECK(verdict_of(ring, "m", 1, 3) == key_verdict::limited);
  virtual_key revoked = bot();
  revoked.revoked = noon;
  virtual_key successor = bot();
  successor.id = "ba9876543210";
  ring.replace({revoked, successor});
  CHECK(verdict_of(ring, "m", 1, 3) == key_verdict::granted);
  ring.end({1}, token_count{1}, at(1s));
}

TEST_CASE("a key that could not be kept to is no key") {
  CHECK(check_virtual_key(bot()));
  const auto wrong = [](auto change) {
    virtual_key key = bot();
    change(key);
    return !check_virtual_key(key);
  };
  CHECK(wrong([](auto& k) { k.name = ""; }));
  CHECK(wrong([](auto& k) { k.name = "openai/default"; }));
  CHECK(wrong([](auto& k) { k.name = "two\nlines"; }));
  CHECK(wrong([](auto& k) { k.name.assign(bounds::key_name_bytes_max + 1, 'n'); }));
  CHECK(wrong([](auto& k) { k.tags.assign(bounds::key_items_max + 1, "t"); }));
  CHECK(wrong([](auto& k) { k.targets = {""}; }));
  CHECK(wrong([](auto& k) { k.limits.tokens_per_minute = 0; }));
  CHECK(wrong([](auto& k) { k.budgets = {{money::period::total, nano_usd{1}}}; }));
  CHECK(wrong([](auto& k) {
    k.budgets = {{money::period::day, nano_usd{1}}, {money::period::day, nano_usd{2}}};
  }));
}

TEST_CASE("budgets hold for the keys that are live") {
  virtual_key key = bot();
  key.budgets = {{money::period::day, nano_usd{5}}};
  virtual_key ended = key;
  ended.revoked = noon;
  const auto rules = rules_of({ended, key}, noon);
  REQUIRE(rules.size() == 1);
  CHECK(rules[0] == money::budget_rule{"key", "bot", money::period::day, nano_usd{5}});
}
