#include "wire/recorded_head.hpp"

#include <catch2/catch.hpp>

using namespace spillway::wire;

TEST_CASE("A head is read as curl writes it", "[wire]") {
  const auto head = decode_recorded_head("HTTP/2 429 \r\nRetry-After: 7\r\nx-note:  a: b \r\n\r\n");
  REQUIRE(head);
  CHECK(head->status == 429);
  CHECK(head->headers.find("retry-after") == "7");
  CHECK(head->headers.find("X-Note") == "a: b");
}

TEST_CASE("Of several heads the last counts", "[wire]") {
  const auto head = decode_recorded_head(
      "HTTP/1.1 100 Continue\r\na: 1\r\n\r\nHTTP/1.1 200 OK\r\nb: 2\r\n\r\n");
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK_FALSE(head->headers.contains("a"));
  CHECK(head->headers.find("b") == "2");
}

TEST_CASE("Header lines alone say no status", "[wire]") {
  const auto head = decode_recorded_head("date: now\nx-request-id: req_1");
  REQUIRE(head);
  CHECK_FALSE(head->status);
  CHECK(head->headers.find("x-request-id") == "req_1");
  CHECK(decode_recorded_head("")->headers.size() == 0);
}

TEST_CASE("A head is read as a JSON object of texts, numbers and lists", "[wire]") {
  const auto head = decode_recorded_head(R"( {"retry-after": 7, "date": ["now", "then"]} )");
  REQUIRE(head);
  CHECK(head->headers.find("retry-after") == "7");
  CHECK(head->headers.find("date") == "now");
  CHECK(head->headers.size() == 3);
}

TEST_CASE("What is no head is refused by its place", "[wire]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"a: 1\nnonsense\n", "line 2 is no header"},
      {": 1", "line 1 is no header"},
      {R"({"a":)", "not valid JSON"},
      {R"({"a":{}})", "a must be a string"},
  }));
  const auto head = decode_recorded_head(text);
  REQUIRE_FALSE(head);
  CHECK_THAT(head.failure().message, Catch::StartsWith(message));
}
