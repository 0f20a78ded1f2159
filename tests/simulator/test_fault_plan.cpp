#include "simulator/fault_plan.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace spillway::simulator;

namespace {

/// One letter a request: 'x' where a fault strikes.
std::string strikes(fault_plan& plan, const std::string& model, int n) {
  std::string row;
  for (int i = 0; i < n; ++i)
    row += plan.next(model) ? 'x' : '.';
  return row;
}

fault_rule rule(fault_kind kind, std::string model, std::uint64_t first, std::uint64_t last,
                double probability = 1.0) {
  return {kind, std::move(model), first, last, probability, {}};
}

} // namespace

TEST_CASE("a fault strikes exactly the requests of its range") {
  fault_plan plan{{rule(fault_kind::server_error, "", 2, 3)}, 1};
  CHECK(strikes(plan, "m", 5) == ".xx..");
}

TEST_CASE("a range without an end goes on for ever") {
  fault_plan plan{{rule(fault_kind::server_error, "", 3, 0)}, 1};
  CHECK(strikes(plan, "m", 6) == "..xxxx");
}

TEST_CASE("a rule for one model counts only that model's requests") {
  fault_plan plan{{rule(fault_kind::reset, "a", 2, 2)}, 1};
  CHECK(plan.next("a") == nullptr);
  CHECK(plan.next("b") == nullptr);
  CHECK(plan.next("b") == nullptr);
  REQUIRE(plan.next("a") != nullptr);
  CHECK(plan.next("a") == nullptr);
}

TEST_CASE("the first rule that applies wins, and the others go on counting") {
  fault_plan plan{{rule(fault_kind::stall, "", 1, 1), rule(fault_kind::reset, "", 1, 2)}, 1};
  CHECK(plan.next("m")->kind == fault_kind::stall);
  CHECK(plan.next("m")->kind == fault_kind::reset);
  CHECK(plan.next("m") == nullptr);
}

TEST_CASE("a probability strikes its share, and the same requests for the same seed") {
  const auto row = [](std::uint64_t seed) {
    fault_plan plan{{rule(fault_kind::overloaded, "", 1, 0, 0.1)}, seed};
    return strikes(plan, "m", 10'000);
  };
  const std::string first = row(9);
  const auto share = static_cast<double>(std::count(first.begin(), first.end(), 'x')) / 10'000;
  CHECK(share == Approx(0.1).margin(0.01));
  CHECK(row(9) == first);
  CHECK(row(10) != first);
}
