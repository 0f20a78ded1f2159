#include "core/bounds.hpp"
#include "core/routing/ranking.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::routing;
using namespace std::chrono_literals;

namespace {

/// Models "strong", "middle" and "cheap" in this order, dear to cheap, all fit for anything.
struct three {
  std::vector<model_entry> entries{3};
  selection found;
  track_record known;

  three() {
    const char* names[] = {"strong", "middle", "cheap"};
    const std::int64_t costs[] = {30'000'000, 3'000'000, 300'000};
    for (std::size_t i = 0; i < 3; ++i) {
      entries[i].id = {names[i]};
      candidate c;
      c.model = &entries[i];
      c.likely_cost = nano_usd{costs[i]};
      found.candidates.push_back(c);
    }
  }

  void score(const char* model, double mean, std::uint64_t scores = bounds::scores_needed) {
    for (std::uint64_t i = 0; i < scores; ++i)
      known.note_score({model}, "review", mean);
  }

  /// The first letters of the candidates in order.
  std::string order(preference prefer, const char* task = "review",
                    std::optional<double> floor = {}) {
    rank(found, {task, prefer, floor}, known, {});
    std::string out;
    for (const candidate& c : found.candidates)
      out += c.model->id.value[0];
    return out;
  }
};

} // namespace

TEST_CASE("without experience the route's order is the order of quality") {
  CHECK(three{}.order(preference::balanced) == "smc");
  CHECK(three{}.order(preference::quality) == "smc");
  CHECK(three{}.order(preference::speed) == "smc");
}

TEST_CASE("who asks for low cost gets the cheapest first") {
  CHECK(three{}.order(preference::cost) == "cms");
}

TEST_CASE("who asks for speed gets the fastest known first") {
  three t;
  t.known.note_call({"middle"}, 2s);
  t.known.note_call({"cheap"}, 1s);
  CHECK(t.order(preference::speed) == "cms");
}

TEST_CASE("scores steer only once every candidate has enough of them") {
  three t;
  t.score("strong", 0.5);
  t.score("middle", 0.9);
  t.score("cheap", 0.8, bounds::scores_needed - 1);
  CHECK(t.order(preference::quality) == "smc");
  t.score("cheap", 0.8, 1);
  CHECK(t.order(preference::quality) == "mcs");
}

TEST_CASE("in the balance quality, cost and time are weighed in money") {
  three t;
  t.score("strong", 0.95);
  t.score("middle", 0.90);
  t.score("cheap", 0.40);
  // $0.05 x 0.95 - $0.03, $0.05 x 0.90 - $0.003, $0.05 x 0.40 - $0.0003
  CHECK(t.order(preference::balanced) == "mcs");
  t.known.note_call({"middle"}, 30s);
  CHECK(t.order(preference::balanced) == "csm");
}

TEST_CASE("models made for a type of task come first, each part in its order") {
  three t;
  t.entries[2].use_cases = {"review"};
  CHECK(t.order(preference::balanced) == "csm");
  CHECK(t.order(preference::balanced, "something else") == "csm");
}

TEST_CASE("a floor rules out what is known to be below it, and says so") {
  three t;
  t.score("cheap", 0.4);
  CHECK(t.order(preference::balanced, "review", 0.7) == "sm");
  REQUIRE(t.found.rejected.size() == 1);
  CHECK(t.found.rejected[0].reason == rejection_reason::below_quality);
  CHECK(t.found.rejected[0].text == "cheap: scores 0.40 over 30 answers, below the floor of 0.70");
}

TEST_CASE("scores of one type of task say nothing of another") {
  three t;
  t.score("strong", 0.1);
  CHECK(t.order(preference::quality, "poetry", 0.5) == "smc");
}

TEST_CASE("recent calls count more than old ones, and scores are clamped") {
  track_record r;
  CHECK_FALSE(r.time_of({"m"}));
  r.note_call({"m"}, 10s);
  for (int i = 0; i < 50; ++i)
    r.note_call({"m"}, 1s);
  CHECK(*r.time_of({"m"}) < 1200ms);
  r.note_score({"m"}, "", 7);
  r.note_score({"m"}, "", -7);
  CHECK(r.quality_of({"m"}, "")->mean == 0.5);
  CHECK_FALSE(r.note_score({"m"}, "", std::nan("")));
}

TEST_CASE("the number of scored pairs is bounded") {
  track_record r;
  for (std::size_t i = 0; i < bounds::scored_pairs_max; ++i)
    CHECK(r.note_score({"m"}, std::to_string(i), 1));
  CHECK_FALSE(r.note_score({"m"}, "one more", 1));
  CHECK(r.note_score({"m"}, "0", 1));
}
