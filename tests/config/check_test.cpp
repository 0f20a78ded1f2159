#include "tests/config/loading.hpp"

using namespace spillway::config::testing;

namespace {

struct mistake {
  const char* what;
  const char* text;
  const char* told; ///< the whole message
};

const mistake mistakes[] = {
    {"an unknown key at the top", "dashboard = 1\n",
     "t.toml:1:1: key `dashboard`: unknown key; allowed: runtime, log, providers, models, catalog, "
     "routes, routing, budget, gateway, cache, langfuse, journal, alerts"},
    {"an unknown key that is nearly a known one", "[runtime]\n  io_thread = 4\n",
     "t.toml:2:3: key `runtime.io_thread`: unknown key (did you mean `io_threads`?); allowed: "
     "io_threads, drain"},
    {"an unknown key in a list of tables",
     "[[budget.rules]]\nperiod = 'day'\nlimit_usd = 1\nscop = 'team'\n",
     "t.toml:4:1: key `budget.rules[0].scop`: unknown key (did you mean `scope`?); allowed: scope, "
     "name, period, on_exhausted, limit_usd"},
    {"a value where a table is due", "log = 'debug'\n",
     "t.toml:1:7: key `log`: is text; allowed: a table"},
    {"a table where a list of tables is due", "[budget.rules]\nperiod = 'day'\n",
     "t.toml:1:1: key `budget.rules`: is a table; allowed: a list of tables"},
    {"a table where a value is due", "[runtime.drain]\nx = 1\n",
     "t.toml:1:1: key `runtime.drain`: is a table; allowed: a duration with its unit as text, as "
     "in "
     "\"2s\", 0s to 1h"},
    {"text for a number", "[models.gpt-4o]\ncontext = '128k'\n",
     "t.toml:2:11: key `models.gpt-4o.context`: is text; allowed: a whole number, 1 to "
     "1000000000000"},
    {"a fraction for a whole number", "[models.gpt-4o]\ncontext = 1.5\n",
     "t.toml:2:11: key `models.gpt-4o.context`: is a number; allowed: a whole number, 1 to "
     "1000000000000"},
    {"a number below its range", "[models.gpt-4o]\ncontext = -1\n",
     "t.toml:2:11: key `models.gpt-4o.context`: is -1; allowed: 1 to 1000000000000"},
    {"a number above its range", "[langfuse]\nflush_at = 257\n",
     "t.toml:2:12: key `langfuse.flush_at`: is 257; allowed: 1 to 256"},
    {"a number for a truth value", "[langfuse]\ncapture_input = 1\n",
     "t.toml:2:17: key `langfuse.capture_input`: is an integer; allowed: true or false"},
    {"a word for a truth value or auto", "[langfuse]\nenabled = 'yes'\n",
     "t.toml:2:11: key `langfuse.enabled`: is text; allowed: true, false or \"auto\""},
    {"none of the choices", "[log]\nlevel = 'verbose'\n",
     "t.toml:2:9: key `log.level`: is none of what is allowed: trace, debug, info, warning, error, "
     "off"},
    {"part of a choice", "[log]\nlevel = 'inf'\n",
     "t.toml:2:9: key `log.level`: is none of what is allowed: trace, debug, info, warning, error, "
     "off"},
    {"a duration without a unit", "[routing]\nwait_max = '2'\n",
     "t.toml:2:12: key `routing.wait_max`: is not a duration; allowed: a whole number and a unit, "
     "as "
     "in \"250ms\", \"2s\", \"10m\", \"1h\""},
    {"a duration as a number", "[routing]\nwait_max = 2\n",
     "t.toml:2:12: key `routing.wait_max`: is an integer; allowed: a duration with its unit as "
     "text, "
     "as in \"2s\", 0s to 1h"},
    {"a duration out of range", "[routing]\ndeadline = '2h'\n",
     "t.toml:2:12: key `routing.deadline`: is out of range; allowed: 1ms to 1h"},
    {"a limit of zero", "[models.gpt-4o.limits]\nrequests_per_minute = 0\n",
     "t.toml:2:23: key `models.gpt-4o.limits.requests_per_minute`: is 0, which lets nothing "
     "through; "
     "to close a model set its `enabled = false`"},
    {"a limit of -1 for none", "[models.gpt-4o.tiers.tier1]\ntokens_per_minute = -1\n",
     "t.toml:2:21: key `models.gpt-4o.tiers.tier1.tokens_per_minute`: is -1; allowed: 1 to "
     "1000000000000, or \"none\" for no limit"},
    {"a limit that is text", "[models.gpt-4o.limits]\nrequests_per_day = 'unlimited'\n",
     "t.toml:2:20: key `models.gpt-4o.limits.requests_per_day`: is text; allowed: a whole number, "
     "1 "
     "to 1000000000000, or \"none\" for no limit"},
    {"a price per token", "[models.gpt-4o]\nprices = [{ input = 2500000, output = 1 }]\n",
     "t.toml:2:21: key `models.gpt-4o.prices[0].input`: is more than $10000, which nobody charges: "
     "the price is in dollars per million tokens"},
    {"a price in dollars per token",
     "[models.gpt-4o]\nprices = [{ input = 0.0000025, output = 1 }]\n",
     "t.toml:2:21: key `models.gpt-4o.prices[0].input`: is less than $0.0005, which nobody "
     "charges: "
     "the price is in dollars per million tokens, not per token or per thousand"},
    {"a factor that is a percentage",
     "[models.gpt-4o]\nprices = [{ input = 1, output = 1, batch_factor = 50 }]\n",
     "t.toml:2:51: key `models.gpt-4o.prices[0].batch_factor`: is not a share of the standard "
     "price, 0 to 10, as in 0.5; at most three decimals"},
    {"a factor too fine",
     "[models.gpt-4o]\nprices = [{ input = 1, output = 1, flex_factor = 0.12345 }]\n",
     "t.toml:2:50: key `models.gpt-4o.prices[0].flex_factor`: is not a share of the standard "
     "price, 0 to 10, as in 0.5; at most three decimals"},
    {"a negative price", "[models.gpt-4o]\nprices = [{ input = 1, output = -0.5 }]\n",
     "t.toml:2:33: key `models.gpt-4o.prices[0].output`: is out of range; allowed: 0 to 10000 "
     "dollars"},
    {"a price that is text", "[models.gpt-4o]\nprices = [{ input = '$2', output = 1 }]\n",
     "t.toml:2:21: key `models.gpt-4o.prices[0].input`: is text; allowed: US dollars as a number, "
     "0 "
     "to 10000"},
    {"a date in quotes",
     "[models.gpt-4o]\nprices = [{ from = '2026-01-01', input = 1, output = 1 }]\n",
     "t.toml:2:20: key `models.gpt-4o.prices[0].from`: is text; allowed: a date without quotes, as "
     "in "
     "2026-07-30"},
    {"a date out of reach",
     "[models.gpt-4o]\nprices = [{ from = 9999-01-01, input = 1, output = 1 }]\n",
     "t.toml:2:20: key `models.gpt-4o.prices[0].from`: is out of range; allowed: 2000-01-01 to "
     "2200-01-01"},
    {"a budget outside the list of rules", "[budget]\nlimit_usd = 5\n",
     "t.toml:2:1: key `budget.limit_usd`: unknown key; allowed: zone, unknown_price, "
     "unpriced_allowed, rules"},
    {"a policy that does not exist",
     "[[budget.rules]]\nperiod = 'day'\nlimit_usd = 1\non_exhausted = 'ignore'\n",
     "t.toml:4:16: key `budget.rules[0].on_exhausted`: is none of what is allowed: "
     "cheaper, wait, refuse"},
    {"a negative budget", "[[budget.rules]]\nperiod = 'day'\nlimit_usd = -1\n",
     "t.toml:3:13: key `budget.rules[0].limit_usd`: is out of range; allowed: 0 to 1000000000 "
     "dollars"},
    {"a zone that is none", "[budget]\nzone = 'Mars/Olympus'\n",
     "t.toml:2:8: key `budget.zone`: is not allowed; allowed: an IANA zone, as in "
     "\"Europe/Paris\""},
    {"a URL without a scheme", "[providers.openai]\nbase_url = 'api.openai.com'\n",
     "t.toml:2:12: key `providers.openai.base_url`: is not a base URL: it begins with neither "
     "https:// nor http://; allowed: \"https://host[:port][/path]\" or \"http://...\""},
    {"no name of a variable", "[providers.openai]\napi_key_env = ['OPENAI KEY']\n",
     "t.toml:2:15: key `providers.openai.api_key_env`: has an item that is not allowed; allowed: "
     "the "
     "name of an environment variable, as in \"OPENAI_API_KEY\""},
    {"one text where a list is due", "[providers.openai]\napi_key_env = 'OPENAI_API_KEY'\n",
     "t.toml:2:15: key `providers.openai.api_key_env`: is text; allowed: a list, each item the "
     "name "
     "of an environment variable, as in \"OPENAI_API_KEY\""},
    {"Langfuse's own name for an environment", "[langfuse]\nenvironment = 'langfuse-x'\n",
     "t.toml:2:15: key `langfuse.environment`: is not allowed; allowed: 1 to 40 of a-z 0-9 _ -, "
     "not "
     "beginning with \"langfuse\""},
    {"an empty route", "[routes]\nfast = []\n",
     "t.toml:2:8: key `routes.fast`: is empty; allowed: a list of at least one name"},
    {"a missing key", "[providers.mine]\ntimeouts.total = '1m'\n",
     "t.toml:1:1: key `providers.mine.base_url`: is missing"},
    {"a missing key in a list of tables", "[[budget.rules]]\nperiod = 'day'\n",
     "t.toml:1:1: key `budget.rules[0].limit_usd`: is missing"},
    {"a name with a blank", "[providers.'my host']\nbase_url = 'http://localhost'\n",
     "t.toml:1:12: key `providers.\"my host\"`: is not a name; allowed: 1 to 128 characters, no "
     "blanks"},
    {"text over several lines", "[journal]\npath = \"a\\nb\"\n",
     "t.toml:2:8: key `journal.path`: is not allowed; allowed: text on one line"},
};

} // namespace

TEST_CASE("every mistake in a key is told with its place and what is allowed") {
  for (const mistake& m : mistakes) {
    INFO(m.what);
    CHECK(refusal(m.text) == m.told);
  }
}

TEST_CASE("a model's name with a dot and no quotes is explained") {
  CHECK(refusal("[models.gpt-4.1]\ncontext = 1000\n")
        == "t.toml:1:15: key `models.gpt-4.1`: unknown key; allowed: provider, enabled, "
           "upstream_name, kind, context, output_max, input_max, aliases, use_cases, input, "
           "endpoints, tools, parallel_tools, json_schema, several_answers, temperature, "
           "reasoning, efforts, preview, deprecated, retired, successor, token_charge, day_zone, "
           "limit_group, limits, tiers, prices; a model's name with a dot needs quotes: "
           "[models.\"gpt-4.1\"]");
}

TEST_CASE("a credential in the file is refused and not repeated") {
  const std::string key = "sk-proj-0123456789abcdefghij";
  const char* texts[] = {"[providers.openai]\napi_key = 'KEY'\n",
                         "[providers.openai]\napi_key_env = ['KEY']\n",
                         "[providers.openai]\nbase_url = 'https://KEY@api.openai.com'\n",
                         "[langfuse]\nsecret_key = 'KEY'\n",
                         "[langfuse]\nsecret_key_env = 'KEY'\n",
                         "[langfuse]\nrelease = 'KEY'\n",
                         "[routes]\ndefault = ['KEY']\n",
                         "[routing]\ndefault_route = 'KEY'\n",
                         "[models.gpt-4o]\nprovider = 'KEY'\n",
                         "[log]\nlevel = 'KEY'\n"};
  for (std::string text : texts) {
    text.replace(text.find("KEY"), 3, key);
    INFO(text);
    const std::string told = refusal(text);
    CHECK_FALSE(told.empty());
    CHECK(told.find("0123456789") == std::string::npos);
  }
}

TEST_CASE("a credential's place is named as the environment") {
  CHECK(refusal("[providers.openai]\napi_key = 'anything'\n")
        == "t.toml:2:1: key `providers.openai.api_key`: credentials are read from the environment "
           "alone: put the variable's name into `api_key_env` (for Langfuse: `public_key_env`, "
           "`secret_key_env`; for alert targets: `url_env`, `secret_env`, `routing_key_env`)");
}

TEST_CASE("the grammar's own signs are no keys") {
  for (const char* text : {"[runtime]\n'*' = 1\n", "[budget]\n'[]' = 1\n", "'' = 1\n",
                           "[runtime]\n'io_threads.x' = 1\n", "[log]\n'level.' = 'info'\n"}) {
    INFO(text);
    CHECK(refusal(text).find(": unknown key") != std::string::npos);
  }
}

TEST_CASE("all that is wrong is told at once, in the order of the file") {
  const std::string told = refusal("[runtime]\nio_threads = -1\ndrain = 5\n[log]\nlevel = 1\n");
  CHECK(std::count(told.begin(), told.end(), '\n') == 2);
  CHECK(told.find("t.toml:2:14") < told.find("t.toml:3:9"));
  CHECK(told.find("t.toml:3:9") < told.find("t.toml:5:9"));
}

TEST_CASE("more than twenty problems are counted, not listed") {
  std::string text = "[runtime]\n";
  for (int i = 0; i < 30; ++i)
    text += numbered("x", i) + " = 1\n";
  const std::string told = refusal(text);
  CHECK(std::count(told.begin(), told.end(), '\n') == 20);
  CHECK(told.substr(told.rfind('\n') + 1) == "and 10 more");
}

TEST_CASE("a key with control characters cannot reach the terminal") {
  const std::string told = refusal("[runtime]\n\"\\u001b[31mred\" = 1\n");
  CHECK(told.find('\x1b') == std::string::npos);
  CHECK(told.find("`runtime.\"?[31mred\"`") != std::string::npos);
}

TEST_CASE("a table with more entries than anyone means is refused") {
  std::string text = "[routes]\n";
  for (int i = 0; i < 5'000; ++i)
    text += numbered("r", i) + " = ['gpt-4o']\n";
  CHECK(refusal(text).find("key `routes`: has more than 4096 entries") != std::string::npos);
}
