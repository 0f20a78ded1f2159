#include "core/catalog_update.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::catalog_update;

namespace {

constexpr std::int64_t usd = nano_usd_per_usd;

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

const wall_time today = day(2026, 11, 25);

model_entry entry(const std::string& id, std::int64_t input_usd, std::int64_t output_usd) {
  model_entry m;
  m.id = {id};
  m.provider = {"openai"};
  m.upstream_name = id;
  m.context_max = token_count{128'000};
  m.output_max = token_count{16'384};
  m.pricing.rows = {{wall_time{},
                     {input_usd * usd, input_usd * usd, input_usd * usd, output_usd * usd},
                     {},
                     {500, 500, 2500}}};
  return m;
}

listed_model listed(const std::string& name, double input, double output) {
  listed_model m;
  m.provider = "openai";
  m.name = name;
  m.kind = model_kind::chat;
  m.context = 128'000;
  m.output_max = 16'384;
  m.rates = {input, output};
  return m;
}

const refused_model& only_refused(const difference& d) {
  REQUIRE(d.refused.size() == 1);
  REQUIRE(d.changed.empty());
  return d.refused[0];
}

} // namespace

TEST_CASE("a list that says what is known is no news") {
  const difference d = compare({entry("a", 2, 8)}, {listed("a", 2, 8)}, today);
  CHECK(d.empty());
  CHECK(d.removed.empty());
}

TEST_CASE("a new price holds from today on; the old one and the factors stay") {
  const difference d = compare({entry("a", 2, 8)}, {listed("a", 1.5, 8)}, today);
  REQUIRE(d.changed.size() == 1);
  const changed_model& c = d.changed[0];
  REQUIRE(c.values.size() == 1);
  CHECK(c.values[0].what == "price input");
  CHECK(c.values[0].before == "$2");
  CHECK(c.values[0].after == "$1.5");
  CHECK(c.price);
  REQUIRE(c.now.pricing.rows.size() == 2);
  CHECK(c.now.pricing.rows[0].base.input == 2 * usd);
  CHECK(c.now.pricing.rows[1].from == today);
  CHECK(c.now.pricing.rows[1].base.input == 3 * usd / 2);
  CHECK(c.now.pricing.rows[1].factors == money::service_factors{500, 500, 2500});
}

TEST_CASE("a second update on the same day replaces the first") {
  const difference first = compare({entry("a", 2, 8)}, {listed("a", 1.5, 8)}, today);
  const difference second = compare({first.changed[0].now}, {listed("a", 1.25, 8)}, today);
  REQUIRE(second.changed.size() == 1);
  REQUIRE(second.changed[0].now.pricing.rows.size() == 2);
  CHECK(second.changed[0].now.pricing.rows[1].base.input == 5 * usd / 4);
}

TEST_CASE("sizes and abilities that differ are told with both values") {
  listed_model m = listed("a", 2, 8);
  m.context = 200'000;
  m.tools = false;
  const difference d = compare({entry("a", 2, 8)}, {m}, today);
  REQUIRE(d.changed.size() == 1);
  CHECK_FALSE(d.changed[0].price);
  CHECK(d.changed[0].now.context_max == token_count{200'000});
  CHECK_FALSE(d.changed[0].now.can.tools);
  const std::string text = to_text(d);
  CHECK(text.find("context  128000 -> 200000") != std::string::npos);
  CHECK(text.find("tools  yes -> no") != std::string::npos);
}

TEST_CASE("models that are new are added, of our providers alone") {
  listed_model other = listed("b", 1, 2);
  other.provider = "nobody";
  const difference d = compare({entry("a", 2, 8)}, {listed("a", 2, 8), listed("c", 1, 2), other},
                               today);
  REQUIRE(d.added.size() == 1);
  CHECK(d.added[0].id.value == "c");
  CHECK(d.added[0].pricing.rows.at(0).from == today);
}

TEST_CASE("what is not on the list is told, not taken away") {
  const difference d = compare({entry("a", 2, 8), entry("gone", 2, 8)}, {listed("a", 2, 8)}, today);
  CHECK(d.removed == std::vector<model_id>{{"gone"}});
  CHECK(d.empty());
}

TEST_CASE("mistakes of the unit are refused by name") {
  const std::vector<model_entry> known{entry("a", 2, 8)};
  CHECK(only_refused(compare(known, {listed("a", 2e6, 8e6)}, today)).name == "a");
  CHECK(only_refused(compare(known, {listed("a", 2e-6, 8e-6)}, today)).why.find("per million")
        != std::string::npos);
  CHECK(only_refused(compare(known, {listed("a", 2000, 8000)}, today)).why.find("$2 to $2000")
        != std::string::npos);
  CHECK(only_refused(compare(known, {listed("a", -1, 8)}, today)).why.find("no price")
        != std::string::npos);
  listed_model cached = listed("a", 2, 8);
  cached.rates.cached_input = 20;
  CHECK(only_refused(compare(known, {cached}, today)).why.find("cached") != std::string::npos);
  listed_model sizes = listed("a", 2, 8);
  sizes.output_max = 999'999;
  CHECK(only_refused(compare(known, {sizes}, today)).why.find("more than its context")
        != std::string::npos);
}

TEST_CASE("a new model without a price or a size is refused, a retired one passed over") {
  listed_model unpriced = listed("b", 1, 2);
  unpriced.rates = {};
  const difference d = compare({entry("a", 2, 8)}, {listed("a", 2, 8), unpriced}, today);
  CHECK(only_refused(d).why == "the list does not say its price");
  listed_model old = listed("c", 1, 2);
  old.retired = day(2026, 1, 1);
  CHECK(compare({entry("a", 2, 8)}, {listed("a", 2, 8), old}, today).added.empty());
}

TEST_CASE("an alias on the list speaks for nobody, but shows that its model is there") {
  model_entry a = entry("a", 2, 8);
  a.aliases = {"a-chat"};
  const difference d = compare({a}, {listed("a-chat", 5, 8)}, today);
  CHECK(d.empty());
  CHECK(d.removed.empty());
}

TEST_CASE("a model under a name of our own is compared with its upstream name") {
  model_entry mine = entry("cheap", 2, 8);
  mine.upstream_name = "gpt-x";
  const difference d = compare({mine}, {listed("gpt-x", 3, 8)}, today);
  REQUIRE(d.changed.size() == 1);
  CHECK(d.changed[0].now.id.value == "cheap");
}
