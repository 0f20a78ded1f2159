#include "simulator/chance.hpp"
#include "simulator/vendor_ids.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace spillway;
using namespace spillway::simulator;

TEST_CASE("the stream is the published SplitMix64") {
  // Reference outputs for seed 1234567: https://prng.di.unimi.it/splitmix64.c (2026-11-24).
  chance c{1234567};
  CHECK(c.next() == 6457827717110365317ULL);
  CHECK(c.next() == 3203168211198807973ULL);
  CHECK(c.next() == 9817491932198370423ULL);
}

TEST_CASE("uniform numbers stay inside their ranges and reach both ends") {
  chance c{7};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10'000; ++i) {
    const double unit = c.next_unit();
    REQUIRE(unit >= 0.0);
    REQUIRE(unit < 1.0);
    const auto below = c.next_below(6);
    REQUIRE(below < 6);
    seen.insert(below);
  }
  CHECK(seen.size() == 6);
}

TEST_CASE("normal numbers have mean 0 and deviation 1") {
  chance c{11};
  double sum = 0;
  double squares = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double x = c.next_normal();
    sum += x;
    squares += x * x;
  }
  CHECK(std::abs(sum / n) < 0.02);
  CHECK(std::abs(squares / n - 1.0) < 0.03);
}

TEST_CASE("fingerprints see every part of a request and where one part ends") {
  chat_request a;
  a.messages = {{chat_role::user, "ab", "", {}, ""}, {chat_role::user, "c", "", {}, ""}};
  chat_request b = a;
  b.messages[0].text = "a";
  b.messages[1].text = "bc";
  CHECK(fingerprint(a) != fingerprint(b));
  chat_request same = a;
  CHECK(fingerprint(a) == fingerprint(same));
  same.tools.push_back({"t", "", ""});
  CHECK(fingerprint(a) != fingerprint(same));
}

TEST_CASE("ids have the vendor's shapes") {
  chance c{3};
  CHECK(make_completion_id(c).size() == 9 + 29);
  CHECK(make_tool_call_id(c).rfind("call_", 0) == 0);
  const std::string id = make_request_id(c);
  CHECK(id.size() == 4 + 32);
  CHECK(id.find_first_not_of("0123456789abcdef", 4) == std::string::npos);
  CHECK(make_request_id(c) != id);
}
