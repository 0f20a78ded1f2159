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

} // namespace

TEST_CASE("a model without a group has a limiter of its own") {
  const catalog models{{model("a", "p", "", 10), model("b", "p", "", 20)}};
  const limiter_plan plan = plan_limiter(models, *models.find({"a"}));
  CHECK(plan.name.value == "a");
  CHECK(plan.journal_model.value == "a");
  CHECK(plan.limits.requests_per_minute == 10);
}

TEST_CASE("models of one provider and group share the smallest limits and the journal's rows") {
  const catalog models{{model("a", "p", "family", 10), model("b", "p", "family", 20),
                        model("c", "other", "family", 5)}};
  const limiter_plan a = plan_limiter(models, *models.find({"a"}));
  const limiter_plan b = plan_limiter(models, *models.find({"b"}));
  CHECK(a.name == b.name);
  CHECK(a.key == b.key);
  CHECK(a.journal_model.value.empty());
  CHECK(b.limits.requests_per_minute == 10);
  CHECK(plan_limiter(models, *models.find({"c"})).key != a.key);
}
