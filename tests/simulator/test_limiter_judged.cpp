#include "core/rate/admission.hpp"
#include "core/tokens/estimator.hpp"
#include "simulator/chance.hpp"
#include "simulator/quota.hpp"
#include "simulator/token_size.hpp"
#include "tests/simulator/conversation.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <memory>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t requests_per_minute = 120;
constexpr std::int64_t tokens_per_minute = 60'000;

/// Offers calls at twice the limits to our admission, carries what it grants to the simulated
/// provider with seeded network delays, and counts what the provider says.
class trial {
public:
  /// Our admission keeps `percent` of the provider's limits.
  trial(window_kind window, std::uint64_t seed, std::int64_t percent = 100)
      : provider_{rules(window)}, chance_{seed} {
    rate::limits allowed;
    allowed.requests_per_minute = requests_per_minute * percent / 100;
    allowed.tokens_per_minute = tokens_per_minute * percent / 100;
    ours_ = std::make_unique<rate::admission>(allowed);
  }

  void run_for(duration span) {
    const instant end = now_ + span;
    at(now_, [this] { offer(); });
    while (!events_.empty() && events_.begin()->first.first <= end.mono) {
      auto due = events_.extract(events_.begin());
      now_ = now_ + (due.key().first - now_.mono);
      due.mapped()();
    }
  }

  int admitted = 0;
  int refused = 0;

private:
  static quota_rules rules(window_kind window) {
    quota_rules r;
    r.requests_per_minute = requests_per_minute;
    r.tokens_per_minute = tokens_per_minute;
    r.window = window;
    return r;
  }

  void at(instant when, std::function<void()> run) {
    events_.emplace(std::pair{when.mono, ++count_}, std::move(run));
  }

  duration up_to(duration most) {
    return duration{static_cast<std::int64_t>(chance_.next_unit() * most.count())};
  }

  void offer() {
    const auto tokens = 100 + static_cast<std::int64_t>(chance_.next_below(900));
    const lease_id lease{++leases_};
    if (ours_->acquire(lease, {token_count{tokens}}, now_).outcome == rate::verdict::granted) {
      ours_->mark_sent(lease, now_);
      at(now_ + up_to(300ms), [this, lease, tokens] { arrive(lease, tokens); });
    }
    at(now_ + up_to(500ms), [this] { offer(); });
  }

  void arrive(lease_id lease, std::int64_t tokens) {
    (provider_.admit(tokens, now_.mono) ? refused : admitted) += 1;
    at(now_ + up_to(300ms), [this, lease, tokens] {
      ours_->prove_arrival(lease, now_);
      ours_->settle(lease, token_count{tokens}, now_);
    });
  }

  quota provider_;
  chance chance_;
  std::unique_ptr<rate::admission> ours_;
  instant now_{mono_time{} + 1h, wall_time{} + 1h};
  std::map<std::pair<mono_time, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t count_ = 0;
  std::uint64_t leases_ = 0;
};

} // namespace

TEST_CASE("what our admission grants, no provider's window refuses") {
  for (const auto kind : {window_kind::sliding, window_kind::token_bucket, window_kind::calendar}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      trial t{kind, seed};
      constexpr int minutes = 20;
      t.run_for(minutes * 60s);
      INFO("window " << static_cast<int>(kind) << " seed " << seed);
      CHECK(t.refused == 0);
      // 550 tokens a call on average: the token limit binds at about 109 calls a minute.
      CHECK(t.admitted > 100 * minutes);
    }
  }
}

TEST_CASE("every provider's window catches a limiter that is set a tenth too high") {
  for (const auto kind : {window_kind::sliding, window_kind::token_bucket, window_kind::calendar}) {
    trial t{kind, 1, 110};
    t.run_for(20 * 60s);
    INFO("window " << static_cast<int>(kind));
    CHECK(t.refused > 0);
  }
}

TEST_CASE("the simulated provider never charges more input than our estimate reserves") {
  auto request = testing::question("How many files are there, and what do they hold?");
  request.tools = testing::file_tools();
  testing::answer_calls(request, {{"call_1", "list_files", R"({"path":"."})"}},
                        {std::string(5'001, 'x')});
  request.response_schema_json = R"({"type":"object"})";
  CHECK(input_tokens(request) <= tokens::estimate_input(request).likely);
  CHECK(input_tokens({}) <= tokens::estimate_input({}).likely);
}
