#include "core/report/spend_report.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::report;
using namespace std::chrono_literals;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24T12:00Z

call_intent intent(std::uint64_t request, int attempt, const std::string& model,
                   std::vector<money::scope_value> scopes = {}, wall_time at = noon) {
  call_intent i;
  i.lease = {request * 256 + static_cast<std::uint64_t>(attempt)};
  i.request = {request};
  i.attempt = attempt;
  i.model = {model};
  i.reserved_max = nano_usd{900};
  i.scopes = std::move(scopes);
  i.at = at;
  return i;
}

call_settlement ended(call_outcome how, std::int64_t cost = 100) {
  call_settlement s;
  s.outcome = how;
  s.cost = nano_usd{cost};
  if (how == call_outcome::settled) {
    s.usage.input = token_count{1000};
    s.usage.cached_input = token_count{400};
    s.usage.output = token_count{50};
  }
  return s;
}

} // namespace

TEST_CASE("a report by model counts requests, calls, fallbacks, refusals, tokens and money") {
  spend_report r{spend_dimension::model, "UTC"};
  r.add(intent(1, 1, "gpt-4o"), ended(call_outcome::rejected, 0));
  r.add(intent(1, 2, "gpt-4o"), ended(call_outcome::rejected, 0));
  r.add(intent(1, 3, "gemini"), ended(call_outcome::settled));
  r.add(intent(2, 1, "gpt-4o"), ended(call_outcome::settled, 300));
  r.add(intent(3, 1, "gpt-4o"), std::nullopt);
  r.add(intent(4, 1, "gpt-4o"), ended(call_outcome::not_sent, 0));
  r.add(intent(5, 1, "gemini"), ended(call_outcome::unknown, 900));
  const auto lines = r.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].name == "gpt-4o");
  CHECK(lines[0].requests == 3);
  CHECK(lines[0].calls == 4);
  CHECK(lines[0].answered == 1);
  CHECK(lines[0].rate_limited == 2);
  CHECK(lines[0].unknown == 1);
  CHECK(lines[0].fallbacks == 0);
  CHECK(lines[0].cost == nano_usd{1200});
  CHECK(lines[1].name == "gemini");
  CHECK(lines[1].requests == 2);
  CHECK(lines[1].fallbacks == 1);
  CHECK(lines[1].unknown == 1);
  CHECK(lines[1].input == token_count{1000});
  CHECK(lines[1].cached_input == token_count{400});
  CHECK(lines[1].output == token_count{50});
  CHECK(r.total().requests == 4);
  CHECK(r.total().calls == 6);
  CHECK(r.total().fallbacks == 1);
  CHECK(r.total().cost == nano_usd{2200});
}

TEST_CASE("a call with two tags counts in both lines and once in the total") {
  spend_report r{spend_dimension::tag, "UTC"};
  r.add(intent(1, 1, "m", {{"tag", "a"}, {"tag", "b"}, {"tag", "a"}, {"team", "x"}}),
        ended(call_outcome::settled));
  r.add(intent(2, 1, "m", {{"team", "x"}}), ended(call_outcome::settled, 50));
  const auto lines = r.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].name == "a");
  CHECK(lines[0].cost == nano_usd{100});
  CHECK(lines[1].name == "b");
  CHECK(lines[1].requests == 1);
  CHECK(lines[2].name.empty());
  CHECK(r.total().cost == nano_usd{150});
  CHECK(r.total().requests == 2);
}

TEST_CASE("hours and days are those of the zone, in order of time") {
  spend_report days{spend_dimension::day, "America/New_York"};
  spend_report hours{spend_dimension::hour, "Asia/Kolkata"}; // half an hour beside UTC
  for (int h = -12; h < 12; ++h) {
    const auto i = intent(static_cast<std::uint64_t>(h + 20), 1, "m", {}, noon + h * 1h);
    days.add(i, ended(call_outcome::settled, 100 + h));
    hours.add(i, ended(call_outcome::settled, 100 + h));
  }
  const auto by_day = days.lines();
  REQUIRE(by_day.size() == 2);
  CHECK(by_day[0].name == "2026-11-23");
  CHECK(by_day[0].calls == 5);
  CHECK(by_day[1].name == "2026-11-24");
  const auto by_hour = hours.lines();
  REQUIRE(by_hour.size() == 24);
  CHECK(by_hour[0].name == "2026-11-24T05:00:00+05:30");
}

TEST_CASE("a request is one from its first call to its last, however many come between") {
  spend_report r{spend_dimension::model, "UTC"};
  for (std::uint64_t i = 0; i < 200'000; ++i)
    r.add(intent(i, 1, "m", {}, noon + static_cast<std::int64_t>(i) * 1s),
          ended(call_outcome::settled));
  r.add(intent(199'999, 2, "n", {}, noon + 200'100s), ended(call_outcome::settled));
  CHECK(r.total().requests == 200'000);
  CHECK(r.total().fallbacks == 1);
}

TEST_CASE("a report by key tells callers' keys, and one by provider key where calls went") {
  const auto call = [](std::uint64_t request, std::vector<money::scope_value> more) {
    call_intent i = intent(request, 1, "gpt-4o", {{"key", "openai/default"}});
    i.key = {"openai/default"};
    i.scopes.insert(i.scopes.end(), more.begin(), more.end());
    return i;
  };
  spend_report callers{spend_dimension::key, "UTC"};
  spend_report accounts{spend_dimension::provider_key, "UTC"};
  for (spend_report* r : {&callers, &accounts}) {
    r->add(call(1, {}), ended(call_outcome::settled, 100));
    r->add(call(2, {{"key", "bot"}}), ended(call_outcome::settled, 300));
  }
  const auto lines = callers.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].name == "bot");
  CHECK(lines[0].cost == nano_usd{300});
  CHECK(lines[1].name.empty());
  CHECK(lines[1].cost == nano_usd{100});
  REQUIRE(accounts.lines().size() == 1);
  CHECK(accounts.lines()[0].name == "openai/default");
  CHECK(accounts.lines()[0].requests == 2);
}

TEST_CASE("sums of folded calls count in money and tokens, and are told apart") {
  folded_calls old;
  old.from = noon - 24h * 60;
  old.key = {"openai/default"};
  old.model = {"gpt-4o"};
  old.scopes = {{"key", "openai/default"}, {"team", "search"}};
  old.calls.settled = 7;
  old.calls.rejected = 2;
  old.calls.not_sent = 1;
  old.usage.input = token_count{7000};
  old.usage.output = token_count{70};
  old.cost = nano_usd{700};
  for (const spend_dimension by : {spend_dimension::model, spend_dimension::team,
                                   spend_dimension::provider_key, spend_dimension::day}) {
    spend_report r{by, "UTC"};
    r.add(old);
    r.add(intent(1, 1, "gpt-4o", {{"team", "search"}}), ended(call_outcome::settled, 100));
    CHECK(r.total().cost == nano_usd{800});
    CHECK(r.total().calls == 10);
    CHECK(r.total().folded == 9);
    CHECK(r.total().requests == 1);
    CHECK(r.total().rate_limited == 2);
    CHECK(r.total().input == token_count{8000});
    CHECK(r.lines().size() == (by == spend_dimension::day || by == spend_dimension::provider_key
                                   ? 2U
                                   : 1U));
  }
}
