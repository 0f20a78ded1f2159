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

TEST_CASE("a transient failure is retried twice with a jittered pause, then the next is tried") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 7};
  for (int i = 0; i < 2; ++i) {
    const next_step again = walk.on_failure(failed(failure_kind::overloaded), 60s);
    CHECK(again.what == kind::pause);
    CHECK(again.candidate == 0);
    CHECK(again.delay >= 500ms);
    CHECK(again.delay <= 8s);
  }
  const next_step next = walk.on_failure(failed(failure_kind::overloaded), 60s);
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
    const next_step step = walk.on_failure(failed(r.k), 60s);
    INFO(to_string(r.k));
    CHECK(step.what == r.what);
    CHECK(step.candidate == r.candidate);
    CHECK(step.status == r.status);
  }
}

TEST_CASE("a context failure skips candidates that are no larger and fails when none is") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_failure(failed(failure_kind::context_too_long), 60s).candidate == 2);
  const next_step end = walk.on_failure(failed(failure_kind::context_too_long), 60s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::context_too_long);
}

TEST_CASE("an asked pause that outlasts patience moves on at once") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  const next_step step = walk.on_failure(failed(failure_kind::overloaded, 30s), 60s);
  CHECK(step.what == kind::attempt);
  CHECK(step.candidate == 1);
}

TEST_CASE("content refused by one vendor is offered to the next only if the policy says so") {
  three_models m;
  fallback walk{m.candidates, {2s, true}, 1};
  CHECK(walk.on_failure(failed(failure_kind::content_filtered), 60s).candidate == 1);
}

TEST_CASE("refusals move on and the last one names the outcome") {
  three_models m;
  fallback walk{m.candidates, patient_for_2s, 1};
  CHECK(walk.on_refusal(completion_status::over_budget, "too dear", 60s).candidate == 1);
  CHECK(walk.on_refusal(completion_status::over_budget, "too dear", 60s).candidate == 2);
  const next_step end = walk.on_refusal(completion_status::over_budget, "too dear", 60s);
  CHECK(end.what == kind::give_up);
  CHECK(end.status == completion_status::over_budget);
  CHECK(walk.reason() == "a: too dear; b: too dear; c: too dear");
}

TEST_CASE("over budget, the rule says whether a cheaper model is tried") {
  using money::exhausted_policy;
  three_models m;
  fallback cheaper{m.candidates, patient_for_2s, 1};
  CHECK(cheaper.on_over_budget(exhausted_policy::cheaper, "short", 3h, 60s).candidate == 1);
  CHECK(cheaper.on_over_budget(exhausted_policy::cheaper, "short", 2h, 60s).candidate == 2);
  const next_step none = cheaper.on_over_budget(exhausted_policy::cheaper, "short", {}, 60s);
  CHECK(none.what == kind::give_up);
  CHECK(none.status == completion_status::over_budget);
  CHECK(cheaper.shortest_wait() == 2h);
  for (const auto policy : {exhausted_policy::wait, exhausted_policy::refuse}) {
    fallback strict{m.candidates, patient_for_2s, 1};
    const next_step no = strict.on_over_budget(policy, "the day is used up", 3h, 60s);
    CHECK(no.what == kind::give_up);
    CHECK(no.status == completion_status::over_budget);
    CHECK(strict.reason() == "a: the day is used up");
    CHECK(strict.shortest_wait() == 3h);
  }
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
        step = walk.on_failure(failed(kinds[random() % 4]), left);
    }
    INFO("seed " << seed);
    CHECK(steps <= 100);
  }
}
