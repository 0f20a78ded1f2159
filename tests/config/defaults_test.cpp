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

bool is_called(const model_entry& m) {
  return is_called(m.can.kind);
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
  for (const defaults::model_file& file : defaults::model_files) {
    INFO(file.provider);
    CHECK(refusal(file.toml).empty());
  }
}

TEST_CASE("the default route is cheap models of two vendors") {
  CHECK(route(loaded(""), "default")
        == std::vector<std::string>{"gpt-6-luna", "gemini-2.5-flash-lite", "gpt-5.6-luna"});
}

TEST_CASE("no route of the defaults leads to a model whose end is announced") {
  const settings s = loaded("");
  for (const routing::route& r : s.routing.routes)
    for (const model_id& id : r.models) {
      INFO(r.name << ": " << id.value);
      CHECK_FALSE(model(s, id.value).life.deprecated);
      CHECK_FALSE(model(s, id.value).life.retired);
    }
}

TEST_CASE("Gemini is reached through its OpenAI-compatible façade") {
  const settings s = loaded("");
  const provider_settings* gemini = provider(s, "gemini");
  REQUIRE(gemini);
  CHECK(gemini->url == base_url{true, "generativelanguage.googleapis.com", 443, "/v1beta"});
  CHECK(gemini->dialect == "gemini");
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

TEST_CASE("every model that is called has a price and sizes that make sense") {
  const settings s = everything();
  std::set<std::string> providers;
  for (const provider_settings& p : s.providers)
    providers.insert(p.id.value);
  std::size_t called = 0;
  for (const model_entry& m : s.models) {
    INFO(m.id.value);
    CHECK(providers.count(m.provider.value) == 1);
    CHECK(m.upstream_name == m.id.value);
    CHECK(m.output_max <= m.context_max);
    if (m.input_max)
      CHECK(*m.input_max <= m.context_max);
    if (!is_called(m))
      continue;
    ++called;
    CHECK(m.context_max > token_count{});
    CHECK((m.output_max > token_count{}) == (m.can.kind == model_kind::chat));
    REQUIRE_FALSE(m.pricing.rows.empty());
    for (const money::dated_price& row : m.pricing.rows) {
      CHECK(row.base.input > 0);
      CHECK(row.base.cached_input <= row.base.input);
      for (const money::price_tier& tier : row.tiers)
        CHECK(tier.row.input > row.base.input);
    }
  }
  CHECK(called >= 120);
}

TEST_CASE("batches cost half at OpenAI, Gemini and Anthropic, flex at the first two") {
  for (const model_entry& m : everything().models) {
    if (!is_called(m))
      continue;
    INFO(m.id.value);
    const std::string& vendor = m.provider.value;
    const bool half_batch = vendor == "openai" || vendor == "gemini" || vendor == "anthropic";
    for (const money::dated_price& row : m.pricing.rows) {
      CHECK(row.factors.batch == (half_batch ? 500 : 1000));
      CHECK(row.factors.flex == (vendor == "openai" || vendor == "gemini" ? 500 : 1000));
    }
  }
}

TEST_CASE("each OpenAI tier allows at least what the one below does") {
  settings below = loaded("");
  for (const char* tier : {"tier2", "tier3", "tier4", "tier5"}) {
    const settings s = loaded("[providers.openai]\ntier = '" + std::string{tier} + "'\n");
    for (const model_entry& m : s.models) {
      if (m.provider.value != "openai" || !is_called(m) || !has_model(below, m.id.value))
        continue;
      const rate::limits& lower = model(below, m.id.value).limits;
      INFO(tier << " " << m.id.value);
      CHECK(m.limits.requests_per_minute >= lower.requests_per_minute);
      CHECK(m.limits.tokens_per_minute >= lower.tokens_per_minute);
    }
    below = s;
  }
}

TEST_CASE("Gemini counts prompts alone and its day is Pacific; OpenAI counts the reply's bound") {
  for (const model_entry& m : everything().models) {
    INFO(m.id.value);
    const bool gemini = m.provider.value == "gemini";
    if (m.provider.value == "openai" || gemini)
      CHECK((m.charged_as == token_charge::input_only) == gemini);
    CHECK(m.limits.day_zone == (gemini ? "America/Los_Angeles" : ""));
  }
}

TEST_CASE("each provider has models, but those whose models are the operator's to name") {
  const settings s = everything();
  for (const char* id : {"openai", "gemini", "anthropic", "deepseek", "groq", "mistral"}) {
    INFO(id);
    REQUIRE(provider(s, id));
    CHECK_FALSE(provider(s, id)->keys.at(0).env.empty());
    CHECK(std::ranges::count(s.models, provider_id{id}, &model_entry::provider) > 0);
  }
  CHECK(provider(s, "openrouter"));
  for (const char* id : {"azure", "ollama", "vllm", "llamacpp"}) {
    INFO(id);
    CHECK(provider(s, id) == nullptr);
    CHECK(provider(loaded("[providers." + std::string{id} + "]\nbase_url = 'http://127.0.0.1:1/v1'"),
                   id));
  }
}

TEST_CASE("what a model can do is known: tools, images, schemas, endpoints, efforts") {
  const settings s = everything();
  const capabilities& mini = model(s, "gpt-4o-mini").can;
  CHECK(mini.tools);
  CHECK(std::ranges::count(mini.input, modality::image) == 1);
  CHECK_FALSE(mini.reasoning);
  CHECK_FALSE(model(s, "gpt-4").can.json_schema);
  CHECK(model(s, "gpt-4").can.input == std::vector{modality::text});
  CHECK_FALSE(model(s, "gpt-5").can.temperature);
  CHECK(model(s, "gpt-5").can.efforts.front() == reasoning_effort::minimal);
  CHECK(model(s, "gpt-5").input_max == token_count{272'000});
  CHECK(model(s, "o1-pro").can.endpoints == std::vector{endpoint::responses});
  CHECK(mini.several_answers);
  CHECK(model(s, "gemini-2.5-flash").can.several_answers);
  CHECK_FALSE(model(s, "gemini-3.5-flash").can.several_answers);
  CHECK_FALSE(model(s, "claude-haiku-4-5").can.several_answers);
  CHECK(model(s, "text-embedding-3-small").can.kind == model_kind::embedding);
  CHECK(model(s, "gpt-realtime").can.kind == model_kind::realtime);
}

TEST_CASE("snapshots are billed as their own model, where they have a price of their own") {
  const catalog models{everything().models};
  const model_entry& gpt_4o = *models.find({"gpt-4o"});
  CHECK(models.billed_as(gpt_4o, "gpt-4o-2024-08-06").id.value == "gpt-4o");
  CHECK(models.billed_as(gpt_4o, "gpt-4o-2024-05-13").id.value == "gpt-4o-2024-05-13");
  const std::pair<const char*, const char*> names[] = {
      {"gpt-4o-mini-2024-07-18", "gpt-4o-mini"},
      {"gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"},
      {"gpt-5.6-sol-2026-07-01", "gpt-5.6-sol"},
      {"gpt-4-0613", "gpt-4"},
      {"claude-sonnet-4-5-20250929", "claude-sonnet-4-5"},
      {"claude-3-5-sonnet-20241022", "claude-3-5-sonnet"},
      {"claude-opus-4-20250514", "claude-opus-4-0"},
      {"claude-opus-4-1-20250805", "claude-opus-4-1"},
      {"gemini-2.0-flash-001", "gemini-2.0-flash"},
      {"gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"},
      {"ft:gpt-4o-mini-2024-07-18:acme::x", "ft:gpt-4o-mini"},
      {"ft:gpt-4o-2024-08-06:acme::x", "ft:gpt-4o"},
  };
  for (const auto& [name, id] : names) {
    INFO(name);
    REQUIRE(models.resolve(name));
    CHECK(models.resolve(name)->id.value == id);
  }
  CHECK(models.resolve("gpt-4o-nano") == nullptr);
  CHECK(models.resolve("davinci-002") == nullptr);
}

TEST_CASE("no alias belongs to two models of a provider") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const model_entry& m : everything().models) {
    INFO(m.id.value);
    CHECK(seen.insert({m.provider.value, m.id.value}).second);
    for (const std::string& alias : m.aliases) {
      INFO(alias);
      CHECK(seen.insert({m.provider.value, alias}).second);
    }
  }
}

TEST_CASE("every successor is a model of the catalog") {
  const settings s = everything();
  for (const model_entry& m : s.models) {
    INFO(m.id.value << " -> " << m.life.successor);
    CHECK((m.life.successor.empty() || has_model(s, m.life.successor)));
    if (m.life.deprecated && m.life.retired)
      CHECK(*m.life.deprecated < *m.life.retired);
  }
}

TEST_CASE("the routes that come along name no model that is gone") {
  const settings s = everything();
  for (const routing::route& r : s.routing.routes)
    for (const model_id& id : r.models) {
      INFO(r.name << " " << id.value);
      CHECK(stage_of(model(s, id.value).life, day(2026, 11, 25)) != life_stage::retired);
    }
}

TEST_CASE("models, providers and routes come in order of name, as a catalog wants them") {
  const settings s = everything();
  CHECK(std::is_sorted(s.models.begin(), s.models.end(),
                       [](const auto& a, const auto& b) { return a.id < b.id; }));
  CHECK(std::is_sorted(s.providers.begin(), s.providers.end(),
                       [](const auto& a, const auto& b) { return a.id < b.id; }));
}
