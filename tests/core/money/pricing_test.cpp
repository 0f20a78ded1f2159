#include "core/money/pricing.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;

namespace {

const wall_time today = wall_time_from_unix_nanos(1'795'521'600'000'000'000);

/// Dollars per million tokens.
price_row row(double in, double cached, double write, double out) {
  const auto nano = [](double usd) { return static_cast<std::int64_t>(usd * 1e9 + 0.5); };
  return {nano(in), nano(cached), nano(write), nano(out)};
}

model_pricing always(price_row r) {
  return {{{wall_time{}, r, {}}}};
}

token_usage used(std::int64_t in, std::int64_t cached, std::int64_t write, std::int64_t out) {
  return {token_count{in}, token_count{cached}, token_count{write}, token_count{out}, {}, false};
}

} // namespace

TEST_CASE("invoices of real price lists come out to the nano-dollar") {
  // Source: @pydantic/genai-prices 0.1.8 (npm, 2026-09-23), standard tier.
  struct invoice {
    const char* what;
    price_row price;
    token_usage usage;
    std::int64_t nano_usd;
  };
  const invoice table[] = {
      {"gpt-4o", row(2.5, 1.25, 2.5, 10), used(1000, 100, 0, 250), 4'875'000},
      {"gpt-4o-mini", row(.15, .075, .15, .6), used(17'903, 17'817, 0, 50), 1'379'175},
      {"gemini-2.5-flash-lite", row(.10, .01, .10, .40), used(37'727, 0, 0, 781), 4'085'100},
      {"gpt-5.6-terra", row(2, .2, 2.5, 12), used(10'000, 2'000, 3'000, 1'000), 29'900'000},
      {"gpt-3.5-turbo", row(.5, .5, .5, 1.5), used(1, 0, 0, 1), 2'000},
  };
  for (const invoice& i : table) {
    INFO(i.what);
    const auto cost = cost_of(i.usage, always(i.price), today);
    REQUIRE(cost);
    CHECK(cost->total == nano_usd{i.nano_usd});
    CHECK(cost->input + cost->cached_input + cost->cache_write + cost->output == cost->total);
  }
}

TEST_CASE("each part is rounded up once") {
  const auto cost = cost_of(used(1, 0, 0, 1), always({1, 1, 1, 1}), today);
  CHECK(cost->input == nano_usd{1});
  CHECK(cost->total == nano_usd{2});
}

TEST_CASE("a long prompt reprices the whole request, the reply included") {
  // Source: genai-prices 0.1.8: gemini-2.5-pro, above 200k tokens of prompt.
  model_pricing pro = always(row(1.25, .125, 1.25, 10));
  pro.rows[0].tiers.push_back({token_count{200'000}, row(2.5, .25, 2.5, 15)});
  CHECK(cost_of(used(200'000, 0, 0, 1000), pro, today)->total == nano_usd{260'000'000});
  CHECK(cost_of(used(200'001, 0, 0, 1000), pro, today)->total == nano_usd{515'002'500});
}

TEST_CASE("the price of the day holds, and before the first there is none") {
  model_pricing p;
  const wall_time july = wall_time_from_unix_nanos(1'785'369'600'000'000'000); // 2026-07-30
  p.rows.push_back({july - std::chrono::hours{24 * 100}, row(1, 1, 1, 6), {}});
  p.rows.push_back({july, row(.2, .02, .2, 1.2), {}});
  CHECK(cost_of(used(1000, 0, 0, 0), p, july - duration{1})->total == nano_usd{1'000'000});
  CHECK(cost_of(used(1000, 0, 0, 0), p, july)->total == nano_usd{200'000});
  CHECK_FALSE(cost_of(used(1, 0, 0, 0), p, july - std::chrono::hours{24 * 200}).has_value());
  CHECK_FALSE(cost_of(used(1, 0, 0, 0), {}, today).has_value());
}

TEST_CASE("odd usage never makes a negative cost or counts a token twice") {
  const model_pricing p = always(row(1, .5, 2, 4));
  CHECK(cost_of(used(-5, -5, -5, -5), p, today)->total == nano_usd{0});
  CHECK(cost_of(used(100, 500, 500, 0), p, today)->total
        == cost_of(used(100, 100, 0, 0), p, today)->total);
}

TEST_CASE("no call of a size costs more than its worst case") {
  model_pricing p = always(row(1, .1, 1.25, 4));
  p.rows[0].tiers.push_back({token_count{500}, row(2, .2, 2.5, 6)});
  for (std::int64_t input : {0, 1, 400, 500, 501, 900})
    for (std::int64_t cached = 0; cached <= input; cached += 100)
      for (std::int64_t write = 0; cached + write <= input; write += 100)
        CHECK(cost_of(used(input, cached, write, 70), p, today)->total
              <= *worst_case_cost({token_count{900}, token_count{70}}, p, today));
  CHECK(worst_case_cost({token_count{10}, token_count{10}}, always({}), today) == nano_usd{0});
}
