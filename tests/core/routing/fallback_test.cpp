#include "core/bounds.hpp"
#include "core/routing/fallback.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;
using namespace std::chrono_literals;
using kind = next_step::kind;

namespace {

struct three_models {
  std::vector<model_entry> entries{3};
  std::vector<candidate> candidates;

  three_models() {
    const std::int64_t contexts[] = {1000, 500, 9000};
    for (std::size_t i = 0; i < 3; ++i) {
      entries[i].id = {std::string(1, static_cast<char>('a' + i))};
      entries[i].context_max = token_count{contexts[i]};
      candidates.push_back({&entries[i], {}, {}, {}, {}});
    }
  }
};

call_failure failed(failure_kind k, std::optional<duration> retry_after = {}) {
  return {k, 0, "", retry_after};
}

rate::wait_forecast waits(duration d) {
  return {d, d, 0};
}

constexpr fallback_policy patient_for_2s{2s, false};

} // namespace

TEST_CASE("a short wait is waited, a long one falls back") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.begin().candidate == 0);
  CHECK(walk.on_wait(waits(2s), 60s).what == kind::queue);
  const next_step moved = walk.on_wait(waits(3s), 60s);
  CHECK(moved.what == kind::attempt);
  CHECK(moved.candidate == 1);
}

TEST_CASE("when every candidate has to wait, the shortest wait within the deadline is taken") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  walk.on_wait(waits(30s), 60s);
  walk.on_wait(waits(20s), 60s);
  const next_step last = walk.on_wait(waits(40s), 60s);
  CHECK(last.what == kind::queue);
  CHECK(last.candidate == 1);
}

TEST_CASE("when no wait fits the deadline, the caller learns when to come again") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  walk.on_wait(waits(30s), 5s);
  walk.on_wait(waits(20s), 5s);
  const next_step last = walk.on_wait(waits(40s), 5s);
  CHECK(last.what == kind::give_up);
  CHECK(last.status == completion_status::rate_limited);
  CHECK(walk.shortest_wait() == duration{20s});
  CHECK(walk.reason().find("c: has no room for 40.0 s") != std::string::npos);
}

TEST_CASE("a quick failure is retried twice with a jittered pause, then the next is tried") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 7};
  for (int i = 0; i < 2; ++i) {
    const next_step again = walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s);
    CHECK(again.what == kind::pause);
    CHECK(again.candidate == 0);
    CHECK(again.is_retry);
    CHECK(again.delay <= 2s);
  }
  const next_step next = walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s);
  CHECK(next.what == kind::attempt);
  CHECK(next.candidate == 1);
}

TEST_CASE("each kind of failure gets its reaction") {
  struct row {
    failure_kind k;
    kind what;
    std::size_t candidate;
    completion_status status;
  };
  const auto none = completion_status::answered;
  const row table[] = {
      {failure_kind::unreachable, kind::pause, 0, none},
      {failure_kind::interrupted, kind::pause, 0, none},
      {failure_kind::timed_out, kind::pause, 0, none},
      {failure_kind::conflict, kind::pause, 0, none},
      {failure_kind::malformed_reply, kind::pause, 0, none},
      {failure_kind::rate_limited, kind::attempt, 0, none},
      {failure_kind::quota_exhausted, kind::attempt, 1, none},
      {failure_kind::unauthorized, kind::attempt, 1, none},
      {failure_kind::model_unavailable, kind::attempt, 1, none},
      {failure_kind::context_too_long, kind::attempt, 2, none},
      {failure_kind::content_filtered, kind::give_up, 0, completion_status::content_filtered},
      {failure_kind::invalid_request, kind::give_up, 0, completion_status::invalid_request},
      {failure_kind::cancelled, kind::give_up, 0, completion_status::cancelled},
  };
  for (const row& r : table) {
    three_models m;
    fallback walk{m.candidates, patient_for_2s, 3};
    const next_step step = walk.on_failure(failed(r.k), 100ms, 60s);
    INFO(to_string(r.k));
    CHECK(step.what == r.what);
    CHECK(step.candidate == r.candidate);
    CHECK(step.status == r.status);
  }
}

TEST_CASE("a context failure skips candidates that are no larger and fails when none is") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_failure(failed(failure_kind::context_too_long), 100ms, 60s).candidate == 2);
  const next_step end = walk.on_failure(failed(failure_kind::context_too_long), 100ms, 60s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::context_too_long);
}

TEST_CASE("an asked pause that outlasts patience moves on at once") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  const next_step step = walk.on_failure(failed(failure_kind::overloaded, 30s), 100ms, 60s);
  CHECK(step.what == kind::attempt);
  CHECK(step.candidate == 1);
}

TEST_CASE("content refused by one vendor is offered to the next only if the policy says so") {
  three_models m;
  fallback walk{m.candidates, {2s, true}, 1};
  CHECK(walk.on_failure(failed(failure_kind::content_filtered), 100ms, 60s).candidate == 1);
}

TEST_CASE("refusals move on and the last one names the outcome") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_refusal(completion_status::overloaded, "full", 60s).candidate == 1);
  CHECK(walk.on_refusal(completion_status::overloaded, "full", 60s).candidate == 2);
  const next_step end = walk.on_refusal(completion_status::overloaded, "full", 60s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::overloaded);
  CHECK(walk.reason() == "a: full; b: full; c: full");
}

TEST_CASE("over budget, the rule says whether a cheaper model is tried") {
  using money::exhausted_policy;
  const wall_time now = wall_time_from_unix_nanos(1'795'478'400'000'000'000);
  const auto short_of = [&](exhausted_policy policy, std::optional<duration> opens_in) {
    money::spend_decision d;
    d.account = "the day";
    d.limit = nano_usd{500'000'000};
    d.opens_at = opens_in ? now + *opens_in : wall_time::max();
    d.on_exhausted = policy;
    return d;
  };
  three_models m;
  fallback cheaper{m.candidates, patient_for_2s, 1};
  const auto policy_cheaper = exhausted_policy::cheaper;
  CHECK(cheaper.on_over_budget(short_of(policy_cheaper, 3h), now, 60s).candidate == 1);
  CHECK(cheaper.on_over_budget(short_of(policy_cheaper, 2h), now, 60s).candidate == 2);
  const next_step none = cheaper.on_over_budget(short_of(policy_cheaper, {}), now, 60s);
  CHECK(none.what == kind::give_up);
  CHECK(none.status == completion_status::over_budget);
  CHECK(cheaper.shortest_wait() == 2h);
  for (const auto policy : {exhausted_policy::wait, exhausted_policy::refuse}) {
    fallback strict{m.candidates, patient_for_2s, 1};
    const next_step no = strict.on_over_budget(short_of(policy, 3h), now, 60s);
    CHECK(no.what == kind::give_up);
    CHECK(no.status == completion_status::over_budget);
    CHECK(strict.reason()
          == "a: costs up to $0, and the day has $0 of $0.5 left; it begins anew in 3 h 0 min");
    CHECK(strict.shortest_wait() == 3h);
  }
}

TEST_CASE("a walk remembers what became of each candidate") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  walk.on_wait(waits(30s), 60s);
  walk.on_failure(failed(failure_kind::quota_exhausted), 100ms, 60s);
  walk.on_answer();
  plan p;
  p.models.resize(4);
  walk.record(p);
  CHECK(p.models[0].now == standing::no_room);
  CHECK(p.models[0].wait->estimate == 30s);
  CHECK(p.models[0].text == "has no room for 30.0 s");
  CHECK(p.models[1].now == standing::failed);
  CHECK(p.models[1].text == "quota_exhausted");
  CHECK(p.models[2].now == standing::answered);
  CHECK(p.models[3].now == standing::ready);
  CHECK(p.chosen == 2);
}

TEST_CASE("whatever happens, a walk ends within a bounded number of steps") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    three_models m;
    fallback walk{m.candidates, patient_for_2s, seed};
    std::minstd_rand random{static_cast<std::minstd_rand::result_type>(seed + 1)};
    const failure_kind kinds[] = {failure_kind::overloaded, failure_kind::rate_limited,
                                  failure_kind::timed_out, failure_kind::quota_exhausted};
    next_step step = walk.begin();
    int steps = 0;
    while (step.what != kind::give_up && steps < 1000) {
      ++steps;
      const duration left = 60s - steps * 500ms;
      const bool waited = step.what == kind::queue;
      if (!waited && random() % 3 == 0)
        step = walk.on_wait(waits(std::chrono::seconds{random() % 40}), left);
      else
        step = walk.on_failure(failed(kinds[random() % 4]), 100ms, left);
    }
    INFO("seed " << seed);
    CHECK(steps <= 100);
  }
}

TEST_CASE("whatever another model may mend, the whole chain is tried before a walk gives up") {
  for (const failure_kind k :
       {failure_kind::unreachable, failure_kind::interrupted, failure_kind::timed_out,
        failure_kind::overloaded, failure_kind::conflict, failure_kind::rate_limited,
        failure_kind::malformed_reply, failure_kind::quota_exhausted, failure_kind::unauthorized,
        failure_kind::model_unavailable})
    for (const duration took : {100ms, 5'000ms})
      for (const std::optional<duration> retry_after :
           {std::optional<duration>{}, std::optional<duration>{1s}, std::optional<duration>{1h}}) {
        INFO(to_string(k) << " after " << to_seconds(took) << " s, asked to wait "
                          << to_seconds(retry_after.value_or(duration{})) << " s");
        three_models m;
        fallback walk{m.candidates, patient_for_2s, 1};
        std::vector<int> calls(3);
        next_step step = walk.begin();
        for (int steps = 0; step.what != kind::give_up && steps < 100; ++steps) {
          ++calls[step.candidate];
          step = walk.on_failure(failed(k, retry_after), took, 10min);
        }
        CHECK(step.what == kind::give_up);
        for (const int of_one : calls) {
          CHECK(of_one >= 1);
          CHECK(of_one <= bounds::attempts_per_candidate_max);
        }
      }
}

// -- slow failures and failing targets ------------------------------------------------------------

TEST_CASE("a slow failure tries the next model before it tries again") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  const call_failure silent = failed(failure_kind::timed_out);
  CHECK(walk.on_failure(silent, 5s, 60s).candidate == 1);
  CHECK(walk.on_failure(silent, 5s, 55s).candidate == 2);
  const next_step again = walk.on_failure(silent, 5s, 50s);
  CHECK(again.what == kind::pause);
  CHECK(again.is_retry);
}

TEST_CASE("pauses before retries are spread from zero on, and grow") {
  duration shortest = 1h;
  duration longest{};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    three_models m;
    fallback walk{m.candidates, patient_for_2s, seed * 7919};
    walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s);
    const duration second = walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s).delay;
    shortest = std::min(shortest, second);
    longest = std::max(longest, second);
  }
  CHECK(shortest < 100ms);
  CHECK(longest > 1900ms);
  CHECK(longest <= 2s);
}

TEST_CASE("a model that fails for everybody is passed over at once") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_closed(10s, 60s).candidate == 1);
  plan p;
  p.models.resize(3);
  walk.record(p);
  CHECK(p.models[0].now == standing::failing);
}

TEST_CASE("a lone model that fails for everybody is waited for, as long as there is time") {
  three_models m;
  m.candidates.resize(1);
  fallback walk{m.candidates, patient_for_2s, 1};
  const next_step wait = walk.on_closed(10s, 60s);
  CHECK(wait.what == kind::pause);
  CHECK(wait.delay >= 10s);
  CHECK(wait.delay <= 10500ms);
  const next_step end = walk.on_closed(10s, 5s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::upstream_failed);
  CHECK(walk.shortest_wait() >= duration{10s});
}

TEST_CASE("without room for a retry the next model is tried, and none left ends it") {
  three_models m;
  m.candidates.resize(2);
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s).is_retry);
  CHECK(walk.on_no_retry(60s).candidate == 1);
  walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s);
  const next_step end = walk.on_no_retry(60s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::upstream_failed);
}

TEST_CASE("a 429 that says when to come again costs no retry, one that says nothing does") {
  three_models m;
  fallback told{m.candidates, patient_for_2s, 1};
  CHECK_FALSE(told.on_failure(failed(failure_kind::rate_limited, 1s), 100ms, 60s).is_retry);
  fallback mute{m.candidates, patient_for_2s, 1};
  CHECK(mute.on_failure(failed(failure_kind::rate_limited), 100ms, 60s).is_retry);
}

TEST_CASE("a refused caller learns the wait that a vendor asked for") {
  three_models m;
  m.candidates.resize(1);
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_failure(failed(failure_kind::overloaded, 30s), 100ms, 10s).what == kind::give_up);
  CHECK(walk.shortest_wait() == duration{30s});
}

TEST_CASE("of what a vendor asked for again and again the last word counts") {
  three_models m;
  m.candidates.resize(1);
  fallback walk{m.candidates, patient_for_2s, 1};
  for (const duration asked : {1s, 5s, 30s})
    walk.on_failure(failed(failure_kind::rate_limited, asked), 100ms, 300s);
  CHECK(walk.shortest_wait() == duration{30s});
  three_models two;
  two.candidates.resize(2);
  fallback both{two.candidates, patient_for_2s, 1};
  for (const duration asked : {1s, 5s, 30s, 2s, 3s, 20s})
    both.on_failure(failed(failure_kind::rate_limited, asked), 100ms, 300s);
  CHECK(both.shortest_wait() == duration{20s});
}

// -- several keys ---------------------------------------------------------------------------------

namespace {

/// Model "a" behind the keys k1 and k2, then model "b" behind k1.
struct two_keys {
  std::vector<model_entry> entries{2};
  std::vector<candidate> candidates;

  two_keys() {
    entries[0].id = {"a"};
    entries[1].id = {"b"};
    for (const auto& [model, key] : {std::pair{0, "k1"}, {0, "k2"}, {1, "k1"}}) {
      candidate c;
      c.model = &entries[static_cast<std::size_t>(model)];
      c.key = {key};
      candidates.push_back(c);
    }
  }
};

} // namespace

TEST_CASE("another key with room is better than a short wait, and a short wait than another model") {
  two_keys m;
  fallback walk{m.candidates, patient_for_2s, 1};
  const next_step other = walk.on_wait(waits(1s), 60s);
  CHECK(other.what == kind::attempt);
  CHECK(other.candidate == 1);
  const next_step shorter = walk.on_wait(waits(2s), 60s);
  CHECK(shorter.what == kind::queue);
  CHECK(shorter.candidate == 0);
}

TEST_CASE("when no key of a model has room soon, the next model is tried") {
  two_keys m;
  fallback walk{m.candidates, patient_for_2s, 1};
  walk.on_wait(waits(30s), 60s);
  CHECK(walk.on_wait(waits(20s), 60s).candidate == 2);
}

TEST_CASE("a key that does not work is left out for the whole request, the others go on") {
  two_keys m;
  call_failure refused = failed(failure_kind::unauthorized);
  refused.http_status = 401;
  fallback first{m.candidates, patient_for_2s, 1};
  CHECK(first.on_failure(refused, 10ms, 60s).candidate == 1);
  CHECK(first.on_failure(failed(failure_kind::quota_exhausted), 10ms, 60s).what == kind::give_up);
}

TEST_CASE("a refusal tells which limit is used up and how far") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  const rate::dimension_usage use{rate::dimension::requests_per_minute, 500, 500};
  walk.on_wait(waits(30s), 5s, use);
  walk.on_too_large(5s, use);
  walk.on_wait(waits(40min), 5s);
  CHECK(walk.reason()
        == "a: has no room for 30.0 s: 500 of 500 requests per minute are used; b: needs 0 tokens, "
           "more than 500 requests per minute ever allow; lower max_tokens or raise the tier; c: "
           "has no room for 40 min");
}

TEST_CASE("a refusal says a thing once, however often it happened") {
  three_models m;
  m.candidates[1].model = m.candidates[0].model; // another key of the same model
  fallback walk{m.candidates, patient_for_2s, 1};
  for (int i = 0; i < 6; ++i)
    walk.on_failure(failed(failure_kind::overloaded), 100ms, 60s);
  walk.on_failure(failed(failure_kind::quota_exhausted), 100ms, 60s);
  CHECK(walk.reason() == "a: overloaded (3 calls); c: quota_exhausted");
}

TEST_CASE("what the caller's own cap forbids is told as such, unless waiting would help") {
  three_models m;
  for (candidate& c : m.candidates)
    c.worst_cost = nano_usd{9'834};
  SECTION("no candidate fits") {
    fallback walk{m.candidates, patient_for_2s, 1};
    walk.on_over_max_cost(nano_usd{100}, 60s);
    walk.on_over_max_cost(nano_usd{100}, 60s);
    const next_step end = walk.on_over_max_cost(nano_usd{100}, 60s);
    CHECK(end.what == kind::give_up);
    CHECK(end.status == completion_status::over_max_cost);
    CHECK_FALSE(walk.shortest_wait());
    CHECK(walk.reason().find("a: costs up to $0.000009834, more than the request's own maximum of "
                             "$0.0000001; raise it or lower max_tokens")
          == 0);
  }
  SECTION("one had no room") {
    fallback walk{m.candidates, patient_for_2s, 1};
    walk.on_wait(waits(90s), 60s);
    walk.on_over_max_cost(nano_usd{100}, 60s);
    const next_step end = walk.on_over_max_cost(nano_usd{100}, 60s);
    CHECK(end.status == completion_status::rate_limited);
    CHECK(walk.shortest_wait() == 90s);
  }
}

TEST_CASE("the candidates that were tried are told in order, and no others") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  walk.on_wait(waits(30s), 60s);
  walk.on_answer();
  plan p;
  p.models.resize(4);
  for (std::size_t i = 0; i < 3; ++i)
    p.models[i].model = m.entries[i].id;
  p.models[3].now = standing::lacks_capability;
  walk.record(p);
  CHECK(tried(p)
        == std::vector<tried_model>{{{"a"}, standing::no_room}, {{"b"}, standing::answered}});
  CHECK(p.models[1].wait->estimate == duration{}); // it had room at once
  CHECK_FALSE(p.models[2].wait);                   // it was not asked
}
