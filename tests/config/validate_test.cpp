#include "tests/config/loading.hpp"

using namespace spillway::config;
using namespace spillway::config::testing;

namespace {

bool warns(const settings& s, std::string_view what) {
  return std::any_of(s.warnings.begin(), s.warnings.end(),
                     [&](const std::string& w) { return w.find(what) != std::string::npos; });
}

} // namespace

TEST_CASE("values that contradict each other are told with their place") {
  struct {
    const char* what;
    const char* text;
    const char* told;
  } const cases[] = {
      {"a provider that is not there", "[models.gpt-4o]\nprovider = 'opnai'\n",
       "t.toml:2:12: key `models.gpt-4o.provider`: names no provider there is (did you mean "
       "`openai`?); allowed: anthropic, azure, deepseek, gemini, groq, llamacpp, mistral, ollama, "
       "openai, openrouter, vllm"},
      {"a reply longer than the context", "[models.gpt-4o]\ncontext = 100\n",
       "key `models.gpt-4o.output_max`: is 16384, more than the whole context of 100 tokens"},
      {"a second price without a date",
       "[models.gpt-4o]\nprices = [{ input = 1, output = 1 }, { input = 2, output = 2 }]\n",
       "t.toml:2:38: key `models.gpt-4o.prices[1].from`: is missing; only the first row may do "
       "without a date"},
      {"prices out of order",
       "[models.gpt-4o]\nprices = [{ from = 2026-02-01, input = 1, output = 1 },\n"
       "{ from = 2026-01-01, input = 2, output = 2 }]\n",
       "t.toml:3:10: key `models.gpt-4o.prices[1].from`: is not after the row before; sort rows by "
       "date"},
      {"two prices from one day",
       "[models.gpt-4o]\nprices = [{ from = 2026-02-01, input = 1, output = 1 },\n"
       "{ from = 2026-02-01, input = 2, output = 2 }]\n",
       "t.toml:3:10: key `models.gpt-4o.prices[1].from`: is not after the row before"},
      {"sizes out of order",
       "[models.gpt-4o]\nprices = [{ input = 1, output = 1, long_prompt = [\n"
       "{ above_input = 200, input = 2, output = 2 },\n"
       "{ above_input = 100, input = 3, output = 3 }] }]\n",
       "t.toml:4:17: key `models.gpt-4o.prices[0].long_prompt[1].above_input`: is not above the "
       "row "
       "before; sort rows by size"},
      {"a tier that no model knows", "[providers.openai]\ntier = 'tier9'\n",
       "t.toml:2:8: key `providers.openai.tier`: names no tier there is (did you mean"},
      {"a tier where no model has tiers",
       "[providers.mine]\nbase_url = 'http://localhost'\ntier = 'gold'\n",
       "t.toml:3:8: key `providers.mine.tier`: is not known: no model of this provider has "
       "`tiers`"},
      {"no tier where models have tiers",
       "[providers.mine]\nbase_url = 'http://localhost'\n[models.m]\nprovider = 'mine'\n"
       "context = 10\noutput_max = 5\ntiers.free = {}\n",
       "t.toml:1:12: key `providers.mine.tier`: is missing; allowed: free"},
      {"a default route that is not there", "[routing]\ndefault_route = 'defautl'\n",
       "t.toml:2:17: key `routing.default_route`: names no route there is (did you mean "
       "`default`?); "
       "allowed: default, long_context, quality"},
      {"an unpriced model that is not there", "[budget]\nunpriced_allowed = ['gpt-4oo']\n",
       "t.toml:2:21: key `budget.unpriced_allowed`: names no model there is (did you mean "
       "`gpt-4o`?)"},
      {"a name for the global scope",
       "[[budget.rules]]\nname = 'search'\nperiod = 'day'\nlimit_usd = 1\n",
       "t.toml:2:8: key `budget.rules[0].name`: has no meaning for scope \"global\""},
      {"the same rule twice",
       "[[budget.rules]]\nperiod = 'day'\nlimit_usd = 1\n"
       "[[budget.rules]]\nscope = 'global'\nperiod = 'day'\nlimit_usd = 2\n",
       "t.toml:4:1: key `budget.rules[1]`: is a second rule for the same scope, name and period"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    const std::string told = refusal(c.text);
    INFO(told);
    CHECK(told.find(c.told) != std::string::npos);
    CHECK(std::count(told.begin(), told.end(), '\n') == 0);
  }
}

TEST_CASE("rules that differ in scope, name or period stand side by side") {
  const settings s = loaded("[[budget.rules]]\nperiod = 'day'\nlimit_usd = 1\n"
                            "[[budget.rules]]\nperiod = 'month'\nlimit_usd = 1\n"
                            "[[budget.rules]]\nscope = 'team'\nperiod = 'day'\nlimit_usd = 1\n"
                            "[[budget.rules]]\nscope = 'team'\nname = 'a'\nperiod = 'day'\n"
                            "limit_usd = 1\n");
  CHECK(s.budget.rules.size() == 4);
  CHECK_FALSE(warns(s, "not capped"));
}

TEST_CASE("no budget at all is allowed and told") {
  CHECK(warns(loaded(""), "spending is counted but not capped"));
}

TEST_CASE("a model without a price is told unless it may be used so") {
  const std::string mine = "[providers.mine]\nbase_url = 'http://localhost'\n[models.m]\n"
                           "provider = 'mine'\ncontext = 10\noutput_max = 5\n";
  CHECK(warns(loaded(mine), "model `m` has no price and will be refused"));
  CHECK_FALSE(warns(loaded(mine + "[budget]\nunpriced_allowed = ['m']\n"), "has no price"));
  CHECK_FALSE(warns(loaded(mine + "[budget]\nunknown_price = 'allow'\n"), "has no price"));
}

TEST_CASE("a key that would travel unencrypted is told, except to this machine") {
  const std::string begin = "[providers.mine]\napi_key_env = ['K']\nbase_url = ";
  CHECK(warns(loaded(begin + "'http://10.0.0.7'\n"), "travels unencrypted to 10.0.0.7"));
  CHECK_FALSE(warns(loaded(begin + "'http://127.0.0.1:1'\n"), "unencrypted"));
  CHECK_FALSE(warns(loaded(begin + "'http://localhost'\n"), "unencrypted"));
  CHECK_FALSE(warns(loaded(begin + "'https://10.0.0.7'\n"), "unencrypted"));
}
