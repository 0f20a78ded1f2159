#include "core/catalog.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

namespace {

model_entry entry(const std::string& id, std::int64_t price, std::string provider = "p") {
  model_entry m;
  m.id = {id};
  m.provider = {std::move(provider)};
  m.pricing = {{{wall_time{}, {price, price, price, price}, {}}}};
  return m;
}

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

} // namespace

TEST_CASE("a model is found by its id, an alias and its snapshots") {
  model_entry a = entry("gpt-4o", 1);
  a.aliases = {"gpt-4o-latest-of-all"};
  const catalog models{{a, entry("gpt-4o-mini", 2)}};
  for (const char* name : {"gpt-4o", "gpt-4o-latest-of-all", "gpt-4o-2024-08-06"}) {
    REQUIRE(models.resolve(name));
    CHECK(models.resolve(name)->id.value == "gpt-4o");
  }
  CHECK(models.resolve("gpt-4o-turbo") == nullptr);
}

TEST_CASE("an id is never taken by another model's alias") {
  model_entry a = entry("a", 1);
  a.aliases = {"b"};
  const catalog models{{a, entry("b", 2)}};
  CHECK(models.resolve("b")->id.value == "b");
}

TEST_CASE("a reply is billed as the model it names, if that is known at the same provider") {
  const catalog models{{entry("gpt-4o", 1), entry("gpt-4o-2024-05-13", 2), entry("free", 0),
                        entry("elsewhere", 5, "q")}};
  const model_entry& called = *models.find({"gpt-4o"});
  CHECK(models.billed_as(called, "gpt-4o-2024-05-13").id.value == "gpt-4o-2024-05-13");
  CHECK(models.billed_as(called, "gpt-4o-2024-08-06").id.value == "gpt-4o");
  CHECK(models.billed_as(called, "").id.value == "gpt-4o");
  CHECK(models.billed_as(called, "never-heard-of").id.value == "gpt-4o");
  CHECK(models.billed_as(called, "elsewhere").id.value == "gpt-4o");
}

TEST_CASE("a tier has its own limits, and no model that it is not offered") {
  model_entry m = entry("m", 1);
  m.limits.requests_per_minute = 1;
  m.tiers = {{"high", {}}};
  m.tiers[0].limits.requests_per_minute = 100;
  m.any_tier = false;
  CHECK(m.limits_of("")->requests_per_minute == 1);
  CHECK(m.limits_of("high")->requests_per_minute == 100);
  CHECK(m.limits_of("free") == nullptr);
  m.any_tier = true;
  CHECK(m.limits_of("free")->requests_per_minute == 1);
}

TEST_CASE("a model's stage follows its dates") {
  lifecycle life;
  CHECK(stage_of(life, day(2026, 1, 1)) == life_stage::active);
  life.preview = true;
  CHECK(stage_of(life, day(2026, 1, 1)) == life_stage::preview);
  life.deprecated = day(2026, 4, 1);
  CHECK(stage_of(life, day(2026, 3, 31)) == life_stage::preview);
  CHECK(stage_of(life, day(2026, 4, 1)) == life_stage::deprecated);
  life.retired = day(2026, 10, 1);
  CHECK(stage_of(life, day(2026, 1, 1)) == life_stage::deprecated);
  CHECK(stage_of(life, day(2026, 10, 1)) == life_stage::retired);
}
