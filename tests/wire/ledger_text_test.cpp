#include "wire/ledger_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const wall_time noon = wall_time_from_unix_nanos(1'795'521'600'000'000'000); // 2026-11-24T12:00Z

ledger_row row() {
  ledger_row r;
  r.intent.lease = {1'928'061'558'844'299'778};
  r.intent.request = {7};
  r.intent.attempt = 2;
  r.intent.key = {"openai/default"};
  r.intent.model = {"gpt-4o"};
  r.intent.reserved_max = nano_usd{1'500'000'000};
  r.intent.at = noon;
  r.intent.scopes = {
      {"key", "openai/default"}, {"team", "search, \"web\""}, {"tag", "a"}, {"tag", "b"}};
  call_settlement s;
  s.usage.input = token_count{1000};
  s.usage.output = token_count{20};
  s.cost = nano_usd{4'875'001};
  s.at = noon + 1s + 5ns;
  r.settlement = s;
  return r;
}

} // namespace

TEST_CASE("A call is a line of CSV, to the nano-dollar and the nanosecond", "[wire]") {
  CHECK(ledger_csv_header()
        == "kind,lease,request,attempt,key,model,begun_at,ended_at,outcome,calls,input_tokens,"
           "cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,usage_estimated,"
           "reserved_usd,cost_usd,team,user,session,run,tags");
  CHECK(ledger_csv_line(row())
        == "call,1928061558844299778,7,2,openai/default,gpt-4o,2026-11-24T12:00:00.000000000Z,"
           "2026-11-24T12:00:01.000000005Z,settled,1,1000,0,0,20,0,false,1.5,0.004875001,"
           "\"search, \"\"web\"\"\",,,,a;b");
}

TEST_CASE("A call that has not ended costs what is reserved for it", "[wire]") {
  ledger_row open = row();
  open.settlement.reset();
  const json line = json::parse(ledger_json_line(open));
  CHECK(line["outcome"] == "open");
  CHECK(line["cost_usd"] == "1.5");
  CHECK(line["ended_at"].is_null());
}

TEST_CASE("JSON lines have the columns of the CSV in its order, on one line", "[wire]") {
  const std::string text = ledger_json_line(row());
  CHECK(text.find('\n') == std::string::npos);
  std::string names;
  const auto parsed = nlohmann::ordered_json::parse(text);
  for (const auto& [name, value] : parsed.items())
    names += (names.empty() ? "" : ",") + name;
  CHECK(names == ledger_csv_header());
  CHECK(json::parse(text)["tags"] == json::array({"a", "b"}));
  CHECK(json::parse(text)["lease"] == 1'928'061'558'844'299'778);
}

TEST_CASE("Folded calls are a line like any other", "[wire]") {
  report::folded_calls f;
  f.from = noon;
  f.model = {"gpt-4o"};
  f.calls.begun = 12;
  f.cost = nano_usd{3};
  CHECK(ledger_csv_line(f)
        == "sum,,,,,gpt-4o,2026-11-24T12:00:00.000000000Z,,,12,0,0,0,0,0,false,,0.000000003,,,,,");
  CHECK(json::parse(ledger_json_line(f))["calls"] == 12);
}

TEST_CASE("Names that are no UTF-8 do not break a line", "[wire]") {
  ledger_row r = row();
  r.intent.scopes = {{"user", "\xff"}};
  CHECK_NOTHROW(json::parse(ledger_json_line(r)));
}

TEST_CASE("A check is one line of JSON", "[wire]") {
  report::ledger_check check;
  check.schema = 4;
  check.calls.begun = 3;
  check.spent = nano_usd{5};
  check.accounts = {{"team", "red", "2026-11", 3, nano_usd{5}, {}}};
  json out = json::parse(encode_ledger_check(check));
  CHECK(out["ok"] == true);
  CHECK(out["spent_usd"] == "0.000000005");
  CHECK(out["accounts"][0]["name"] == "red");
  check.findings = {"1 endings without a call"};
  out = json::parse(encode_ledger_check(check));
  CHECK(out["ok"] == false);
  CHECK(out["findings"][0] == "1 endings without a call");
}
