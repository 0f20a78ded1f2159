#include "wire/spend_report_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using nlohmann::json;

namespace {

wire::spend_summary summary(std::vector<std::string> names) {
  wire::spend_summary s;
  s.by = report::spend_dimension::tag;
  s.from = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
  s.to = s.from + std::chrono::hours{1};
  s.journal = "/var/lib/spillway/journal";
  for (std::string& name : names) {
    report::spend_line l;
    l.name = std::move(name);
    l.requests = 2;
    l.calls = 3;
    l.input = token_count{1000};
    l.cost = nano_usd{1'234'567'891};
    s.total.calls += l.calls;
    s.total.cost += l.cost;
    s.lines.push_back(std::move(l));
  }
  return s;
}

} // namespace

TEST_CASE("A report is an object with exact dollars", "[wire]") {
  const json out = json::parse(wire::encode_spend_json(summary({"search", ""})));
  CHECK(out["by"] == "tag");
  CHECK(out["from"] == "2026-11-24T12:00:00.000Z");
  CHECK(out["to"] == "2026-11-24T13:00:00.000Z");
  REQUIRE(out["lines"].size() == 2);
  CHECK(out["lines"][0]["name"] == "search");
  CHECK(out["lines"][0]["cost_usd"] == 1.234567891);
  CHECK(out["lines"][0]["input_tokens"] == 1000);
  CHECK(out["lines"][1]["name"].is_null());
  CHECK(out["total"]["calls"] == 6);
  CHECK_FALSE(out["total"].contains("name"));
}

TEST_CASE("A report is a table for spreadsheets, in which no name is a formula", "[wire]") {
  const std::string csv =
      wire::encode_spend_csv(summary({"plain", "with, comma", "say \"hi\"", "=1+2", "two\nlines"}));
  const std::string rest = ",2,3,0,0,0,0,1000,0,0,0,1.234567891,0\r\n";
  CHECK(csv
        == "tag,requests,calls,answered,rate_limited_429,unknown,fallbacks,input_tokens,"
           "cached_input_tokens,output_tokens,reasoning_tokens,cost_usd,folded_calls\r\n"
           "plain"
               + rest + "\"with, comma\"" + rest + "\"say \"\"hi\"\"\"" + rest + "'=1+2" + rest
               + "\"two\nlines\"" + rest);
}
