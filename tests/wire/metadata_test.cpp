#include "wire/metadata.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using entries = std::vector<std::pair<std::string, std::string>>;

namespace {

entries read(const char* body) {
  return wire::metadata_entries(nlohmann::json::parse(body));
}

} // namespace

TEST_CASE("What a caller notes is read as text, numbers too", "[wire]") {
  CHECK(read(R"({"metadata":{"a":"x","b":0.25,"c":7,"d":true}})")
        == entries{{"a", "x"}, {"b", "0.25"}, {"c", "7"}, {"d", "true"}});
}

TEST_CASE("What is no note is no fault", "[wire]") {
  CHECK(read(R"({})").empty());
  CHECK(read(R"({"metadata":null})").empty());
  CHECK(read(R"({"metadata":[1]})").empty());
  CHECK(read(R"({"metadata":{"a":null,"b":{"c":1},"d":[]}})").empty());
}
