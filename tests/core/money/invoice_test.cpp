// One call per vendor and rate, reckoned by hand from the published price list. Each expectation is
// the sum a customer of that vendor would find on the bill.
#include "core/money/pricing.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::money;

namespace {

const wall_time today = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24

constexpr std::int64_t nano(double usd) {
  return static_cast<std::int64_t>(usd * 1e9 + 0.5);
}

/// Dollars per million tokens.
price_row row(double in, double cached, double write, double out) {
  return {nano(in), nano(cached), nano(write), nano(out)};
}

model_pricing always(price_row r, service_factors factors = {500, 500, 2000}) {
  return {{{wall_time{}, r, {}, factors}}};
}

/// Source: https://platform.claude.com/docs/en/about-claude/pricing, as kept by genai-prices 0.1.8
/// (2026-09-23), Sonnet 4.5: $3, cache read $0.30, output $15; a write costs 1.25 times the input
/// for 5 minutes, twice the input for an hour.
model_pricing sonnet() {
  price_row r = row(3, .3, 3.75, 15);
  r.cache_write_1h = nano(6);
  return always(r);
}

/// Source: https://ai.google.dev/gemini-api/docs/pricing, as kept by genai-prices 0.1.8
/// (2026-09-23), gemini-2.5-flash: $0.30, cached $0.03, audio $1, output $2.50 with thoughts.
model_pricing flash() {
  price_row r = row(.3, .03, .3, 2.5);
  r.audio_input = nano(1);
  return always(r);
}

token_usage used(std::int64_t in, std::int64_t cached, std::int64_t write, std::int64_t out) {
  return {token_count{in}, token_count{cached}, token_count{write}, token_count{out}, {}, false};
}

} // namespace

TEST_CASE("OpenAI: cached tokens are part of the prompt and billed once, at their own rate") {
  // Source: https://developers.openai.com/api/docs/pricing, genai-prices 0.1.8 (2026-09-23),
  // gpt-4o: $2.50, cached $1.25, output $10. prompt_tokens 2006, cached 1920, completion_tokens
  // 300: 86 x 2500 + 1920 x 1250 + 300 x 10000 = 215,000 + 2,400,000 + 3,000,000.
  const auto cost = cost_of(used(2006, 1920, 0, 300), always(row(2.5, 1.25, 2.5, 10)), today);
  CHECK(cost->input == nano_usd{215'000});
  CHECK(cost->cached_input == nano_usd{2'400'000});
  CHECK(cost->output == nano_usd{3'000'000});
  CHECK(cost->total == nano_usd{5'615'000});
}

TEST_CASE("OpenAI: reasoning is billed as output and not a second time") {
  // Same source, o4-mini: $1.10, output $4.40. completion_tokens 1086, of which 1024 reasoning:
  // 75 x 1100 + 1086 x 4400.
  token_usage usage = used(75, 0, 0, 1086);
  usage.reasoning = token_count{1024};
  CHECK(cost_of(usage, always(row(1.1, .275, 1.1, 4.4)), today)->total == nano_usd{4'860'900});
}

TEST_CASE("OpenAI: audio has its own rates, within the totals of the call") {
  // Source: genai-prices 0.1.8 (2026-09-23), gpt-audio: text $2.50 and $10, audio $32 and $64.
  // 100 text + 400 audio in, 50 text + 200 audio out:
  // 100 x 2500 + 400 x 32000 + 50 x 10000 + 200 x 64000.
  price_row r = row(2.5, 2.5, 2.5, 10);
  r.audio_input = nano(32);
  r.audio_output = nano(64);
  token_usage usage = used(500, 0, 0, 250);
  usage.audio_input = token_count{400};
  usage.audio_output = token_count{200};
  const auto cost = cost_of(usage, always(r), today);
  CHECK(cost->input == nano_usd{13'050'000});
  CHECK(cost->output == nano_usd{13'300'000});
}

TEST_CASE("Anthropic: what is read from and written to a cache lies beside input_tokens") {
  // input_tokens 12, cache_read 1920, cache_creation 1000 (of it 400 for an hour), output 300; the
  // neutral input is their sum. 12 x 3000 + 1920 x 300 + 600 x 3750 + 400 x 6000 + 300 x 15000.
  token_usage usage = used(12 + 1920 + 1000, 1920, 1000, 300);
  usage.cache_write_1h = token_count{400};
  const auto cost = cost_of(usage, sonnet(), today);
  CHECK(cost->input == nano_usd{36'000});
  CHECK(cost->cached_input == nano_usd{576'000});
  CHECK(cost->cache_write == nano_usd{2'250'000 + 2'400'000});
  CHECK(cost->output == nano_usd{4'500'000});
  CHECK(cost->total == nano_usd{9'762'000});
}

TEST_CASE("Anthropic: a cache write costs 1.25 times the input, not that on top of it") {
  const auto plain = cost_of(used(1'000'000, 0, 0, 0), sonnet(), today);
  const auto written = cost_of(used(1'000'000, 0, 1'000'000, 0), sonnet(), today);
  CHECK(plain->total == nano_usd{3'000'000'000});
  CHECK(written->total == nano_usd{3'750'000'000});
}

TEST_CASE("Gemini: thoughts are output, though the vendor counts them beside the candidates") {
  // promptTokenCount 1000, cachedContentTokenCount 400, candidates 120, thoughts 880:
  // 600 x 300 + 400 x 30 + 1000 x 2500.
  token_usage usage = used(1000, 400, 0, 120 + 880);
  usage.reasoning = token_count{880};
  CHECK(cost_of(usage, flash(), today)->total == nano_usd{2'692'000});
}

TEST_CASE("Gemini: audio in a prompt costs more than text") {
  // 200 text and 800 audio tokens: 200 x 300 + 800 x 1000.
  token_usage usage = used(1000, 0, 0, 0);
  usage.audio_input = token_count{800};
  CHECK(cost_of(usage, flash(), today)->total == nano_usd{860'000});
}

TEST_CASE("DeepSeek: hits of the prompt cache are a tenth of the misses") {
  // Source: https://api-docs.deepseek.com/quick_start/pricing, as quoted by
  // https://benchlm.ai/blog/posts/deepseek-api-pricing (2026-04-13), V3.2: hit $0.028, miss $0.28,
  // output $0.42. prompt_cache_hit_tokens 900 of 1000, completion_tokens 500:
  // 100 x 280 + 900 x 28 + 500 x 420.
  CHECK(cost_of(used(1000, 900, 0, 500), always(row(.28, .028, .28, .42)), today)->total
        == nano_usd{263'200});
}

TEST_CASE("batch and flex cost half, rounded once, and priority its multiple") {
  token_usage usage = used(1001, 0, 0, 333);
  const model_pricing mini = always(row(.15, .075, .15, .6));
  // 1001 x 150 = 150,150; 333 x 600 = 199,800.
  CHECK(cost_of(usage, mini, today)->total == nano_usd{349'950});
  usage.tier = service_tier::batch;
  CHECK(cost_of(usage, mini, today)->total == nano_usd{174'975});
  usage.tier = service_tier::flex;
  CHECK(cost_of(usage, mini, today)->total == nano_usd{174'975});
  usage.tier = service_tier::priority;
  CHECK(cost_of(usage, mini, today)->total == nano_usd{699'900});
  token_usage one = used(1, 0, 0, 0);
  one.tier = service_tier::batch;
  CHECK(cost_of(one, always({1'000'001, 0, 0, 0}), today)->total == nano_usd{1});
}

TEST_CASE("the worst case does not count on a discount, but on a surcharge") {
  const model_pricing mini = always(row(.15, .075, .15, .6));
  const auto worst = [&](service_tier tier) {
    return *worst_case_cost({token_count{1000}, token_count{100}, tier}, mini, today);
  };
  CHECK(worst(service_tier::flex) == worst(service_tier::standard));
  CHECK(worst(service_tier::priority) == nano_usd{2 * (150'000 + 60'000) + 2});
}

TEST_CASE("the worst case knows audio and long-lived caches where a call may have them") {
  const auto worst = [](const model_pricing& p, bool audio, bool hour) {
    return worst_case_cost({token_count{1000}, {}, service_tier::standard, audio, hour}, p, today);
  };
  CHECK(worst(flash(), false, false) == nano_usd{300'002});
  CHECK(worst(flash(), true, false) == nano_usd{1'000'002});
  CHECK(worst(sonnet(), false, false) == nano_usd{3'750'002});
  CHECK(worst(sonnet(), false, true) == nano_usd{6'000'002});
}

TEST_CASE("the reply that a sum pays for is the longest whose worst case fits") {
  model_pricing tiered = always(row(1, .1, 1.25, 4));
  tiered.rows[0].tiers.push_back({token_count{500}, row(2, .2, 2.5, 6)});
  for (const std::int64_t input : {1, 500, 501, 4000})
    for (const std::int64_t room : {0, 1'000, 20'000, 1'000'000, 12'345'678}) {
      const call_size most{token_count{input}, token_count{1'000'000}};
      const token_count fits = *affordable_output(most, tiered, today, nano_usd{room});
      const auto cost = [&](token_count out) {
        return *worst_case_cost({token_count{input}, out}, tiered, today);
      };
      INFO(input << " tokens in, room " << room);
      if (fits > token_count{})
        CHECK(cost(fits) <= nano_usd{room});
      CHECK(cost(fits + token_count{1}) > nano_usd{room});
    }
  CHECK(*affordable_output({{}, token_count{7}}, always({}), today, {}) == token_count{7});
  CHECK_FALSE(affordable_output({}, {}, today, {}).has_value());
}
