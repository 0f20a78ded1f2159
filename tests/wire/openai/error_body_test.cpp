#include "tests/support/recorded.hpp"
#include "wire/openai/error_body.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire::openai;

TEST_CASE("An error is read in every shape that servers send", "[wire][openai]") {
  const auto [body, expected] = GENERATE(table<std::string, error_body>({
      {R"({"error":{"message":"m","type":"t","code":"c","param":"p"}})", {"m", "t", "c", "p"}},
      {R"({"error":{"message":"m","code":429}})", {"m", "", "429", ""}},
      {R"({"error":{"message":null,"type":null,"code":null}})", {"", "", "", ""}},
      {R"({"error":"text"})", {"text", "", "", ""}},
      {R"({"error":"text","code":"c"})", {"text", "", "c", ""}},
      {R"([{"error":{"message":"m","code":400,"status":"INVALID_ARGUMENT"}}])",
       {"m", "INVALID_ARGUMENT", "400", ""}},
      {R"({"object":"error","message":"m","type":"t","code":400})", {"m", "t", "400", ""}},
      {R"({"detail":"Not Found"})", {"Not Found", "", "", ""}},
      {R"({"Message":"no"})", {"no", "", "", ""}},
      {R"({"errors":[{"message":"m","code":5006},{"message":"n"}]})", {"m", "", "5006", ""}},
      {R"({"errors":["m"]})", {"m", "", "", ""}},
      {R"({"choices":[{"index":0},{"error":{"message":"m","code":502}}]})", {"m", "", "502", ""}},
      {R"({"error":{"message":"m","metadata":{"raw":"wait a little","provider_name":"p"}}})",
       {"m: wait a little", "", "", ""}},
      {R"({"error":{"message":"m","metadata":{"raw":"{\"error\":{\"message\":\"n\"}}"}}})",
       {"m: n", "", "", ""}},
      {R"({"error":{"message":"m","metadata":{"raw":7}}})", {"m: 7", "", "", ""}},
      {R"({"error":{"message":"m","metadata":"raw"}})", {"m", "", "", ""}},
      {R"("just text")", {"just text", "", "", ""}},
      {"[]", {"[]", "", "", ""}},
      {"", {"", "", "", ""}},
      {"upstream connect error", {"upstream connect error", "", "", ""}},
      {"<html>\r\n<h1>502  Bad\nGateway</h1><hr>nginx</html>\n",
       {"502 Bad Gateway nginx", "", "", ""}},
      {R"({"error":{"message":"m)", {R"({"error":{"message":"m)", "", "", ""}},
  }));
  CAPTURE(body);
  CHECK(decode_error_body(body) == expected);
}

TEST_CASE("Google's details stay with the message", "[wire][openai]") {
  const error_body read = decode_error_body(
      R"({"error":{"message":"m","details":[{"quotaId":"X-PerDay"},{"retryDelay":"48s"}]}})");
  CHECK_THAT(read.message, Catch::Contains("PerDay") && Catch::Contains(R"("retryDelay":"48s")"));
}

TEST_CASE("Every recorded error is read as its recorder read it", "[wire][openai]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.response.status == 200)
      continue;
    CAPTURE(r.row["id"]);
    const auto& expected = r.row["error"];
    const error_body read = decode_error_body(r.response.body);
    CHECK(read.message == expected["message"]);
    CHECK(read.type == expected["type"]);
    CHECK(read.code == (expected["code"].is_null() ? "" : expected["code"]));
    ++seen;
  }
  CHECK(seen >= 4);
}

TEST_CASE("An error inside a success is noticed", "[wire][openai]") {
  CHECK(carries_error(R"({"error":{"message":"m"},"choices":[]})"));
  CHECK(carries_error(R"([{"error":"m"}])"));
  CHECK(carries_error(R"({"errors":[{"message":"m"}]})"));
  CHECK(carries_error(R"({"object":"error","message":"m","code":500})"));
  CHECK(carries_error(R"({"choices":[{"error":{"code":502}}]})"));
  CHECK_FALSE(carries_error(R"({"errors":[],"choices":[{"error":null}]})"));
  CHECK_FALSE(carries_error(R"({"error":null,"choices":[]})"));
  CHECK_FALSE(carries_error(R"({"choices":[]})"));
  CHECK_FALSE(carries_error("error"));
  CHECK_FALSE(carries_error("\"error\""));
}

TEST_CASE("An error is written in the vendor's shape and read again", "[wire][openai]") {
  const error_body full{"no \"room\"", "overloaded", "slow_down", "model"};
  CHECK(decode_error_body(encode_error_body(full)) == full);
  CHECK(encode_error_body({"m", "", "", ""})
        == R"({"error":{"code":null,"message":"m","param":null,"type":null}})");
}
