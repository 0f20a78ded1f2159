#include "wire/catalog/catalog_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::catalog;

namespace {

constexpr std::int64_t usd = nano_usd_per_usd;

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

} // namespace

TEST_CASE("a model as JSON has the price of the day, the next one, limits and abilities") {
  model_entry m;
  m.id = {"m"};
  m.provider = {"p"};
  m.context_max = token_count{1000};
  m.limits.requests_per_minute = 5;
  m.can.input = {modality::text, modality::image};
  m.can.efforts = {reasoning_effort::low};
  m.life.retired = day(2027, 1, 14);
  m.pricing.rows = {{wall_time{}, {usd, usd / 4, usd, 2 * usd}, {}},
                    {day(2027, 1, 1), {3 * usd, usd, 3 * usd, 6 * usd}, {}}};
  const catalog_row row{&m, "tier1"};
  const auto out = nlohmann::json::parse(encode_catalog({&row, 1}, day(2026, 11, 25)));
  REQUIRE(out.size() == 1);
  CHECK(out[0]["id"] == "m");
  CHECK(out[0]["prices_usd_per_mtok"]["cached_input"] == 0.25);
  CHECK(out[0]["prices_usd_per_mtok"]["from"].is_null());
  CHECK(out[0]["next_prices_usd_per_mtok"]["from"] == "2027-01-01");
  CHECK(out[0]["limits"] == nlohmann::json{{"requests_per_minute", 5}});
  CHECK(out[0]["capabilities"]["input"] == nlohmann::json{"text", "image"});
  CHECK(out[0]["capabilities"]["efforts"] == nlohmann::json{"low"});
  CHECK(out[0]["stage"] == "deprecated");
  CHECK(out[0]["retired"] == "2027-01-14");
  CHECK(out[0]["input_max"].is_null());
}
