#include "runtime/limiter_plan.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::runtime;

namespace {

model_entry model(const char* id, const char* provider, const char* group, std::int64_t rpm) {
  model_entry m;
  m.id = {id};
  m.provider = {provider};
  m.limit_group = group;
  m.limits.requests_per_minute = rpm;
  return m;
}

const credential own{{"p/default"}, ""};

} // namespace

TEST_CASE("a model without a group has a limiter of its own") {
  const catalog models{{model("a", "p", "", 10), model("b", "p", "", 20)}};
  const limiter_plan plan = plan_limiter(models, *models.find({"a"}), own);
  CHECK(plan.name.value == "a");
  CHECK(plan.journal_model.value == "a");
  CHECK(plan.limits.requests_per_minute == 10);
  CHECK(plan.lanes == std::vector<model_id>{{"a"}});
}

TEST_CASE("models of one provider and group share the smallest limits and the journal's rows") {
  const catalog models{{model("a", "p", "family", 10), model("b", "p", "family", 20),
                        model("c", "other", "family", 5)}};
  const limiter_plan a = plan_limiter(models, *models.find({"a"}), own);
  const limiter_plan b = plan_limiter(models, *models.find({"b"}), own);
  CHECK(a.name == b.name);
  CHECK(a.key == b.key);
  CHECK(a.journal_model.value.empty());
  CHECK(b.limits.requests_per_minute == 10);
  CHECK(a.lanes == std::vector<model_id>{{"a"}, {"b"}});
  CHECK(a.lane == 0);
  CHECK(b.lane == 1);
  CHECK(plan_limiter(models, *models.find({"c"}), {{"other/default"}, ""}).key != a.key);
}

TEST_CASE("each key has a limiter of its own, with the limits of its tier") {
  model_entry m = model("a", "p", "", 10);
  m.tiers = {{"high", {}}};
  m.tiers[0].limits.requests_per_minute = 1000;
  const catalog models{{m}};
  const limiter_plan low = plan_limiter(models, *models.find({"a"}), own);
  const limiter_plan high = plan_limiter(models, *models.find({"a"}), {{"p/second"}, "high"});
  CHECK(low.key != high.key);
  CHECK(low.limits.requests_per_minute == 10);
  CHECK(high.limits.requests_per_minute == 1000);
}
