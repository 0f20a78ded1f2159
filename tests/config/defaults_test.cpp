#include "config/defaults.hpp"
#include "core/rate/admission.hpp"
#include "tests/config/loading.hpp"

#include <set>

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;

namespace {

constexpr std::int64_t usd = nano_usd_per_usd;

wall_time day(int year, unsigned month, unsigned of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / month / of_month};
}

/// The settings with the highest tiers, where every model is offered.
settings everything() {
  return loaded("[providers.openai]\ntier = 'tier5'\n[providers.gemini]\ntier = 'tier1'\n");
}

} // namespace

TEST_CASE("the defaults load without a file and reproach themselves with nothing but no budget") {
  const settings s = loaded("");
  REQUIRE(s.warnings.size() == 1);
  CHECK(s.warnings[0].find("not capped") != std::string::npos);
  CHECK(s.routing.default_route == "default");
  CHECK(s.routing.selection.refuse_unknown_price);
  CHECK(s.langfuse.enabled == activation::automatic);
  CHECK_FALSE(s.langfuse.capture_input);
  CHECK_FALSE(s.langfuse.capture_output);
  CHECK(s.journal.path.empty());
}

TEST_CASE("the defaults may be given as the file itself, line by line the same") {
  CHECK(refusal(defaults::spillway_toml).empty());
  CHECK(refusal(defaults::models_toml).empty());
}

TEST_CASE("the default route is the plan's: mini, then Gemini, then 3.5") {
  CHECK(route(loaded(""), "default")
        == std::vector<std::string>{"gpt-4o-mini", "gemini-2.5-flash-lite", "gpt-3.5-turbo"});
}

TEST_CASE("Gemini is reached through its OpenAI-compatible façade") {
  const settings s = loaded("");
  const provider_settings* gemini = provider(s, "gemini");
  REQUIRE(gemini);
  CHECK(gemini->url == base_url{true, "generativelanguage.googleapis.com", 443, "/v1beta/openai"});
  CHECK(gemini->keys.at(0).env == std::vector<std::string>{"GEMINI_API_KEY", "GOOGLE_API_KEY"});
  CHECK(gemini->tier == "free");
}

TEST_CASE("the figures that the plan had wrong are right") {
  const settings s = everything();
  CHECK(model(s, "gpt-4o").output_max == token_count{16'384});
  CHECK_FALSE(model(s, "gpt-4o").limits.requests_per_day);
  CHECK(model(s, "gemini-2.5-flash-lite").output_max == token_count{65'536});
  CHECK(model(s, "gemini-2.5-flash-lite").context_max == token_count{1'048'576});
  CHECK(model(s, "gemini-2.5-flash-lite").limits.requests_per_minute.has_value());
  CHECK(model(s, "gpt-3.5-turbo").context_max == token_count{16'385});
  CHECK(model(s, "gpt-3.5-turbo").output_max == token_count{4'096});
}

TEST_CASE("the plan's limits of the lowest tiers are kept where they were right") {
  const settings s = loaded("");
  CHECK(model(s, "gpt-4o").limits == rate::limits{500, 30'000, {}, {}, ""});
  CHECK(model(s, "gpt-4o-mini").limits == rate::limits{500, 200'000, 10'000, {}, ""});
  CHECK(model(s, "gemini-2.5-flash-lite").limits
        == rate::limits{15, 250'000, 1'000, {}, "America/Los_Angeles"});
  CHECK(model(s, "gpt-4o").use_cases
        == std::vector<std::string>{"complex_reasoning", "code_review", "primary"});
}

TEST_CASE("prices are read to the nano-dollar") {
  const settings s = everything();
  CHECK(model(s, "gpt-4o").pricing.rows.at(0).base
        == money::price_row{2'500'000'000, 1'250'000'000, 2'500'000'000, 10 * usd});
  CHECK(model(s, "gpt-4o-mini").pricing.rows.at(0).base
        == money::price_row{150'000'000, 75'000'000, 150'000'000, 600'000'000});
  money::price_row lite{100'000'000, 10'000'000, 100'000'000, 400'000'000};
  lite.audio_input = 300'000'000;
  CHECK(model(s, "gemini-2.5-flash-lite").pricing.rows.at(0).base == lite);
}

TEST_CASE("prices that changed keep both, each from its day; long prompts have their own") {
  const settings s = everything();
  const auto& rows = model(s, "gpt-5.6-luna").pricing.rows;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].from == wall_time{});
  CHECK(rows[0].base.input == usd);
  CHECK(rows[1].from == day(2026, 7, 30));
  CHECK(rows[1].base == money::price_row{200'000'000, 20'000'000, 250'000'000, 1'200'000'000});
  REQUIRE(rows[1].tiers.size() == 1);
  CHECK(rows[1].tiers[0].above_input == token_count{271'999});
  CHECK(rows[1].tiers[0].row
        == money::price_row{400'000'000, 40'000'000, 500'000'000, 1'800'000'000});
  CHECK(model(s, "gpt-5.6-sol").pricing.rows.at(1).from == day(2026, 8, 21));
}

TEST_CASE("the mainstream chat models are there") {
  const settings s = everything();
  for (const char* id :
       {"gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5.1",
        "gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.5", "gpt-5.6-sol",
        "gpt-5.6-terra", "gpt-5.6-luna", "o3", "o4-mini", "gemini-2.5-flash", "gemini-2.5-pro"})
    CHECK(has_model(s, id));
}

TEST_CASE(
    "every model has a price, sizes, limits and a provider, and dearer tiers are never lower") {
  const settings s = everything();
  std::set<std::string> providers;
  for (const provider_settings& p : s.providers)
    providers.insert(p.id.value);
  for (const model_entry& m : s.models) {
    INFO(m.id.value);
    CHECK(providers.count(m.provider.value) == 1);
    CHECK(m.upstream_name == m.id.value);
    CHECK(m.output_max <= m.context_max);
    CHECK_FALSE(m.use_cases.empty());
    CHECK(m.limits.requests_per_minute.has_value());
    CHECK(m.limits.tokens_per_minute.has_value());
    REQUIRE_FALSE(m.pricing.rows.empty());
    for (const money::dated_price& row : m.pricing.rows) {
      CHECK(row.base.input > 0);
      CHECK(row.base.output > row.base.input);
      CHECK(row.base.cached_input <= row.base.input);
      CHECK(row.factors == money::service_factors{500, 500, 2500});
      for (const money::price_tier& tier : row.tiers)
        CHECK(tier.row.input > row.base.input);
    }
  }
}

TEST_CASE("each OpenAI tier allows at least what the one below does") {
  settings below = loaded("");
  for (const char* tier : {"tier2", "tier3", "tier4", "tier5"}) {
    const settings s = loaded("[providers.openai]\ntier = '" + std::string{tier} + "'\n");
    for (const model_entry& m : s.models) {
      const rate::limits& lower = model(below, m.id.value).limits;
      INFO(tier << " " << m.id.value);
      CHECK(m.limits.requests_per_minute >= lower.requests_per_minute);
      CHECK(m.limits.tokens_per_minute >= lower.tokens_per_minute);
    }
    below = s;
  }
}

TEST_CASE(
    "Gemini counts prompts alone and its day is Pacific; OpenAI counts the bound of the reply") {
  for (const model_entry& m : everything().models) {
    INFO(m.id.value);
    const bool gemini = m.provider.value == "gemini";
    CHECK((m.charged_as == token_charge::input_only) == gemini);
    CHECK(m.limits.day_zone == (gemini ? "America/Los_Angeles" : ""));
  }
}

TEST_CASE("models, providers and routes come in order of name, as a catalog wants them") {
  const settings s = everything();
  CHECK(std::is_sorted(s.models.begin(), s.models.end(),
                       [](const auto& a, const auto& b) { return a.id < b.id; }));
  CHECK(std::is_sorted(s.providers.begin(), s.providers.end(),
                       [](const auto& a, const auto& b) { return a.id < b.id; }));
}
