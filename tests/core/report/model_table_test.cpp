#include "core/report/model_table.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace spillway;
using namespace spillway::report;

namespace {

constexpr std::int64_t usd = nano_usd_per_usd;

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

model_entry sample() {
  model_entry m;
  m.id = {"gpt-4o"};
  m.provider = {"openai"};
  m.context_max = token_count{128'000};
  m.output_max = token_count{16'384};
  m.limits.requests_per_minute = 500;
  m.limits.tokens_per_minute = 30'000;
  m.can.input = {modality::text, modality::image};
  m.can.reasoning = false;
  m.life.retired = day(2027, 1, 14);
  m.pricing.rows = {{wall_time{}, {5 * usd, 5 * usd, 5 * usd, 15 * usd}, {}},
                    {day(2025, 1, 1), {5 * usd / 2, 5 * usd / 4, 5 * usd / 2, 10 * usd}, {}}};
  return m;
}

} // namespace

TEST_CASE("counts are told in at most five characters") {
  const std::pair<std::int64_t, const char*> table[] = {
      {0, "0"},           {500, "500"},        {8192, "8192"},         {10'000, "10k"},
      {16'384, "16.4k"},  {128'000, "128k"},   {262'144, "262k"},      {1'000'000, "1M"},
      {1'047'576, "1.05M"}, {30'000'000, "30M"}, {180'000'000, "180M"}, {5'000'000'000, "5G"}};
  for (const auto& [count, text] : table)
    CHECK(short_count(count) == text);
}

TEST_CASE("prices are told in at most six characters, and never rounded to nothing") {
  const std::pair<std::int64_t, const char*> table[] = {
      {0, "free"},           {150 * usd, "$150"},    {5 * usd / 2, "$2.50"},
      {75'000'000, "$0.075"}, {2'800'000, "$.0028"}, {3'625'000, "$.0036"},
      {435'000'000, "$0.435"}};
  for (const auto& [price, text] : table)
    CHECK(short_price(price) == text);
}

TEST_CASE("a model's line has the price of the day and fits a hundred columns") {
  const model_entry m = sample();
  const std::string table = model_table({{"openai", "tier1", {&m}}}, day(2026, 11, 25));
  std::istringstream lines{table};
  std::string line;
  std::vector<std::string> all;
  while (std::getline(lines, line)) {
    CHECK(line.size() <= 100);
    all.push_back(line);
  }
  REQUIRE(all.size() >= 3);
  CHECK(all[0] == "openai, tier1");
  CHECK(all[2]
        == "gpt-4o                      128k 16.4k  $2.50  $1.25 $10.00   500   30k    - tj-i-- "
           "ends 2027-01-14");
  const std::string before = model_table({{"openai", "", {&m}}}, day(2024, 6, 1));
  CHECK(before.find("$5.00") != std::string::npos);
  CHECK(model_table({{"openai", "", {&m}}}, day(2027, 2, 1)).find("gone 2027-01-14")
        != std::string::npos);
}

TEST_CASE("no models make no table") {
  CHECK(model_table({}, day(2026, 1, 1)).empty());
}
