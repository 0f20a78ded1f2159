#include "wire/access/access_line.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

wire::access_entry completion() {
  wire::access_entry e;
  e.at = wall_time_from_unix_nanos(1'795'521'600'000'000'000);
  e.took = 1234567ns;
  e.method = "POST";
  e.path = "/v1/chat/completions";
  e.status = 200;
  e.request_bytes = 70;
  e.reply_bytes = 900;
  e.reply.add("x-spillway-request-id", "chatcmpl-1f");
  e.reply.add("x-spillway-model", "gpt-4o");
  e.reply.add("x-spillway-cost-usd", "0.00012");
  e.reply.add("x-spillway-input-tokens", "12");
  return e;
}

} // namespace

TEST_CASE("a request is one line that tells what it cost") {
  const std::string line = wire::encode_access(completion());
  CHECK(line.find('\n') == std::string::npos);
  const json told = json::parse(line);
  CHECK(told.at("at") == "2026-11-24T12:00:00.000Z");
  CHECK(told.at("ms") == 1.234);
  CHECK(told.at("status") == 200);
  CHECK(told.at("model") == "gpt-4o");
  CHECK(told.at("cost_usd") == 0.00012);
  CHECK(told.at("input_tokens") == 12);
  CHECK(told.at("reply_bytes") == 900);
  CHECK_FALSE(told.contains("key"));
  CHECK_FALSE(told.contains("output_tokens"));
}

TEST_CASE("whatever a path holds, the line stays a line") {
  wire::access_entry e = completion();
  e.path = "/a\"b\n\xff";
  e.key = "0123456789ab";
  e.streamed = true;
  const std::string line = wire::encode_access(e);
  CHECK(line.find('\n') == std::string::npos);
  const json told = json::parse(line);
  CHECK(told.at("key") == "0123456789ab");
  CHECK(told.at("streamed") == true);
  CHECK(told.at("first_word_ms") == 0);
  CHECK_FALSE(told.contains("cut"));
}
