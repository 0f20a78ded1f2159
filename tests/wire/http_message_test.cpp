#include "wire/http_message.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

TEST_CASE("Header names are found in any case and keep their spelling", "[wire]") {
  wire::http_headers headers;
  headers.add("Retry-After", "1");
  headers.add("retry-after", "2");
  CHECK(headers.find("RETRY-AFTER") == "1");
  CHECK(headers.begin()->first == "Retry-After");
  CHECK(headers.size() == 2);
}

TEST_CASE("A header that is not there is empty", "[wire]") {
  wire::http_headers headers;
  headers.add("Accept", "");
  CHECK(headers.find("Accept-Encoding").empty());
  CHECK_FALSE(headers.contains("Accept-Encoding"));
  CHECK(headers.contains("accept"));
}
