// From the body a vendor sends to the sum on its bill: nothing is counted twice on the way.
#include "core/money/pricing.hpp"
#include "wire/openai/chat_reply.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

namespace {

/// Prices in nano-dollars per million tokens: in, cached, cache write, out.
nano_usd bill(const std::string& usage_and_more, money::price_row row) {
  const std::string body =
      R"({"choices":[{"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],)"
      + usage_and_more + "}";
  const auto reply = wire::openai::decode_chat_reply(body);
  REQUIRE(reply);
  const money::model_pricing pricing{{{wall_time{}, row, {}, {500, 500, 2000}}}};
  return money::cost_of(reply->usage, pricing, wall_time{})->total;
}

} // namespace

TEST_CASE("OpenAI's cached prompt tokens are billed once, at the cached rate", "[wire][openai]") {
  // gpt-4o (genai-prices 0.1.8, 2026-09-23) at $2.50, $1.25, $10: 86 x 2500 + 1920 x 1250 + 300 x
  // 10000.
  const std::string usage = R"("usage":{"prompt_tokens":2006,"completion_tokens":300,
    "total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920},
    "completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0}})";
  const money::price_row gpt_4o{2'500'000'000, 1'250'000'000, 2'500'000'000, 10'000'000'000};
  CHECK(bill(usage, gpt_4o) == nano_usd{5'615'000});
  CHECK(bill(usage + R"(,"service_tier":"flex")", gpt_4o) == nano_usd{2'807'500});
  CHECK(bill(usage + R"(,"service_tier":"default")", gpt_4o) == nano_usd{5'615'000});
}

TEST_CASE("OpenAI's cache writes replace the input rate", "[wire][openai]") {
  // gpt-5.6-terra (genai-prices 0.1.8, 2026-09-23) at $2, $0.20, $2.50, $12:
  // 5000 x 2000 + 2000 x 200 + 3000 x 2500 + 1000 x 12000.
  const std::string usage = R"("usage":{"prompt_tokens":10000,"completion_tokens":1000,
    "total_tokens":11000,"prompt_tokens_details":{"cached_tokens":2000,"cache_write_tokens":3000},
    "completion_tokens_details":{"reasoning_tokens":640}})";
  CHECK(bill(usage, {2'000'000'000, 200'000'000, 2'500'000'000, 12'000'000'000})
        == nano_usd{29'900'000});
}

TEST_CASE("DeepSeek's hits and misses make up its prompt", "[wire][openai]") {
  // V3.2 (prices as quoted 2026-04-13, see tests/core/money) at $0.28, hit $0.028, $0.42:
  // 100 x 280 + 900 x 28 + 500 x 420.
  const std::string usage = R"("usage":{"prompt_tokens":1000,"completion_tokens":500,
    "total_tokens":1500,"prompt_cache_hit_tokens":900,"prompt_cache_miss_tokens":100})";
  CHECK(bill(usage, {280'000'000, 28'000'000, 280'000'000, 420'000'000}) == nano_usd{263'200});
}

TEST_CASE("Gemini's thoughts, which its compatible endpoint puts into the total alone, are output",
          "[wire][openai]") {
  // gemini-2.5-flash at $0.30, $0.03, $2.50: 1000 x 300 + (120 + 880) x 2500.
  const std::string usage =
      R"("usage":{"prompt_tokens":1000,"completion_tokens":120,"total_tokens":2000})";
  CHECK(bill(usage, {300'000'000, 30'000'000, 300'000'000, 2'500'000'000}) == nano_usd{2'800'000});
}
