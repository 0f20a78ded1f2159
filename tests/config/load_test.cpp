#include "core/bounds.hpp"
#include "tests/config/loading.hpp"

#include <filesystem>
#include <fstream>

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;
using namespace std::chrono_literals;

namespace {

/// A file that goes with the test.
class temporary_file {
public:
  explicit temporary_file(const std::string& text)
      : path_{
          (std::filesystem::temp_directory_path()
           / ("spillway_config_test_" + std::to_string(std::hash<std::string>{}(text)) + ".toml"))
              .string()} {
    std::ofstream{path_, std::ios::binary} << text;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

std::string file_refusal(const std::string& path) {
  const auto out = load_file(path);
  return out ? std::string{} : out.failure().message;
}

} // namespace

TEST_CASE("a file is read and named in messages") {
  const temporary_file good{"[runtime]\nio_threads = 3\n"};
  REQUIRE(load_file(good.path()));
  CHECK(load_file(good.path())->runtime.io_threads == 3);
  const temporary_file bad{"[runtime]\nio_threads = 'x'\n"};
  CHECK(file_refusal(bad.path()).rfind(bad.path() + ":2:14: key `runtime.io_threads`: ", 0) == 0);
}

TEST_CASE("a file with a byte order mark, Windows line ends or nothing at all is read") {
  CHECK(loaded("\xEF\xBB\xBF[runtime]\nio_threads = 3\n").runtime.io_threads == 3);
  CHECK(loaded("[runtime]\r\nio_threads = 3\r\n").runtime.io_threads == 3);
  CHECK(loaded("").runtime.io_threads == 0);
  CHECK(loaded("# nothing\n").runtime.io_threads == 0);
}

TEST_CASE("what is no readable file is told as such") {
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK(file_refusal(folder)
        == folder + ": cannot read the configuration: it is a directory; name the file itself");
  CHECK(file_refusal("/no/such/file.toml")
        == "/no/such/file.toml: cannot read the configuration: there is no such file");
  CHECK(file_refusal("").find("there is no such file") != std::string::npos);
  const temporary_file text{"[runtime]\n# below a file, no file can be\n"};
  CHECK_FALSE(file_refusal(text.path() + "/x.toml").empty());
}

TEST_CASE("a file too large to be a configuration is refused, and one of just that size is not") {
  const std::string most(bounds::config_file_bytes_max - 1, '#');
  const temporary_file fits{most + "\n"};
  CHECK(file_refusal(fits.path()).empty());
  const temporary_file large{most + "#\n"};
  CHECK(file_refusal(large.path()).find("larger than 4194304 bytes") != std::string::npos);
  CHECK(file_refusal("/dev/zero").find("larger than 4194304 bytes") != std::string::npos);
}

TEST_CASE("every setting of the file arrives") {
  const settings s = loaded(R"(
    [runtime]
    io_threads = 2
    drain = "30s"
    [log]
    level = "debug"
    [routing]
    default_route = "quality"
    wait_max = "750ms"
    deadline = "90s"
    output_default = 2048
    retry_content_filtered = true
    [budget]
    zone = "Europe/Paris"
    unknown_price = "allow"
    unpriced_allowed = ["o3"]
    [[budget.rules]]
    scope = "team"
    name = "search"
    period = "month"
    limit_usd = 12.5
    on_exhausted = "wait"
    [langfuse]
    enabled = true
    base_url = "https://langfuse.example.org:3000/x/"
    public_key_env = "LF_P"
    secret_key_env = "LF_S"
    environment = "production"
    release = "abc123"
    flush_at = 10
    flush_interval = "5s"
    spool_mib_max = 20
    capture_input = true
    capture_output = true
    [journal]
    path = "/var/lib/spillway/journal.db"
    keep = "90d"
    [cache]
    default = "on"
    keep_for = "5m"
    mib_max = 7
    shared = true
  )");
  CHECK(s.runtime.io_threads == 2);
  CHECK(s.runtime.drain == 30s);
  CHECK(s.level == log_level::debug);
  CHECK(s.routing.default_route == "quality");
  CHECK(s.routing.fallback.wait_max == 750ms);
  CHECK(s.routing.fallback.retry_content_filtered);
  CHECK(s.routing.deadline == 90s);
  CHECK(s.routing.selection.output_default == token_count{2048});
  CHECK_FALSE(s.routing.selection.refuse_unknown_price);
  CHECK(s.routing.selection.unpriced_allowed == std::vector<model_id>{{"o3"}});
  CHECK(s.budget.zone == "Europe/Paris");
  REQUIRE(s.budget.rules.size() == 1);
  CHECK(s.budget.rules[0]
        == money::budget_rule{"team", "search", money::period::month, nano_usd{12'500'000'000},
                              money::exhausted_policy::wait});
  CHECK(s.langfuse.enabled == activation::on);
  CHECK(s.langfuse.url == base_url{true, "langfuse.example.org", 3000, "/x"});
  CHECK(s.langfuse.public_key_env == "LF_P");
  CHECK(s.langfuse.secret_key_env == "LF_S");
  CHECK(s.langfuse.environment == "production");
  CHECK(s.langfuse.release == "abc123");
  CHECK(s.langfuse.flush_at == 10);
  CHECK(s.langfuse.flush_interval == 5s);
  CHECK(s.langfuse.spool_mib_max == 20);
  CHECK(s.langfuse.capture_input);
  CHECK(s.langfuse.capture_output);
  CHECK(s.journal.path == "/var/lib/spillway/journal.db");
  CHECK(s.journal.keep == 90 * 24h);
  CHECK(s.cache.by_default);
  CHECK(s.cache.keep_for == 5min);
  CHECK(s.cache.mib_max == 7);
  CHECK(s.cache.shared);
}

TEST_CASE("a budget of zero is a budget, for each period there is") {
  const settings s = loaded("[[budget.rules]]\nperiod = 'day'\nlimit_usd = 0\n"
                            "[[budget.rules]]\nperiod = 'week'\nlimit_usd = 1\n"
                            "[[budget.rules]]\nperiod = 'total'\nlimit_usd = 1e9\n");
  REQUIRE(s.budget.rules.size() == 3);
  CHECK(s.budget.rules[0].scope == "global");
  CHECK(s.budget.rules[0].per == money::period::day);
  CHECK(s.budget.rules[0].limit == nano_usd{0});
  CHECK(s.budget.rules[1].per == money::period::week);
  CHECK(s.budget.rules[2].per == money::period::total);
  CHECK(s.budget.rules[2].limit == nano_usd{bounds::budget_nano_usd_max});
}

TEST_CASE("a provider of one's own is added with all it needs") {
  const settings s = loaded(R"(
    [providers.local]
    base_url = "http://127.0.0.1:11434/v1"
    ca_file = "/etc/ssl/own.pem"
    connections_max = 4
    timeouts = { connect = "1s", first_byte = "5m", idle = "2m", total = "20m" }
    [models.llama]
    provider = "local"
    upstream_name = "llama3.1:8b"
    context = 8192
    output_max = 2048
    limits.concurrent_requests = 2
    prices = [{ input = 0, output = 0 }]
    use_cases = ["general"]
    [routes]
    home = ["llama", "gpt-4o-mini"]
  )");
  const provider_settings* local = provider(s, "local");
  REQUIRE(local);
  CHECK(local->enabled == activation::on);
  CHECK(local->dialect == "openai");
  CHECK(local->url == base_url{false, "127.0.0.1", 11434, "/v1"});
  CHECK(local->keys.at(0).env.empty());
  CHECK(local->ca_file == "/etc/ssl/own.pem");
  CHECK(local->connections_max == 4);
  CHECK(local->timeouts.connect == 1s);
  CHECK(local->timeouts.first_byte == 5min);
  CHECK(local->timeouts.idle == 2min);
  CHECK(local->timeouts.total == 20min);
  const model_entry& llama = model(s, "llama");
  CHECK(llama.upstream_name == "llama3.1:8b");
  CHECK(llama.context_max == token_count{8192});
  CHECK(llama.output_max == token_count{2048});
  CHECK(llama.limits.concurrent_requests == 2);
  CHECK_FALSE(llama.limits.requests_per_minute);
  CHECK(llama.limits.day_zone.empty());
  CHECK(llama.use_cases == std::vector<std::string>{"general"});
  CHECK(route(s, "home") == std::vector<std::string>{"llama", "gpt-4o-mini"});
}

TEST_CASE("several answers are given by those whose API has them, unless the file says else") {
  const auto gives_several = [](const std::string& dialect, const std::string& word = {}) {
    return model(loaded("[providers.own]\nbase_url = 'http://localhost'\ndialect = '" + dialect
                        + "'\n[models.mine]\nprovider = 'own'\ncontext = 8192\noutput_max = 512\n"
                          "prices = [{ input = 1, output = 1 }]\n"
                        + word),
                 "mine")
        .can.several_answers;
  };
  for (const char* once : {"anthropic", "deepseek", "groq", "ollama", "openrouter"})
    CHECK_FALSE(gives_several(once));
  for (const char* often : {"openai", "azure", "gemini", "mistral", "vllm", "generic"})
    CHECK(gives_several(often));
  CHECK(gives_several("groq", "several_answers = true\n"));
  CHECK_FALSE(gives_several("openai", "several_answers = false\n"));
}

TEST_CASE("a provider that says no more than its URL has the defaults of the reference") {
  const settings s = loaded("[providers.mine]\nbase_url = 'http://localhost'\n");
  const provider_settings* mine = provider(s, "mine");
  REQUIRE(mine);
  CHECK(mine->enabled == activation::on);
  CHECK(mine->dialect == "openai");
  CHECK(mine->connections_max == 256);
  CHECK(mine->timeouts.connect == 5s);
  CHECK(mine->timeouts.first_byte == 2min);
  CHECK(mine->timeouts.idle == 1min);
  CHECK(mine->timeouts.total == 10min);
}

TEST_CASE("the tier chosen decides the limits, and which models there are") {
  CHECK(model(loaded(""), "gpt-4o").limits.tokens_per_minute == 30'000);
  const settings s = loaded("[providers.openai]\ntier = 'tier5'\n"
                            "[providers.gemini]\ntier = 'tier1'\n");
  CHECK(model(s, "gpt-4o").limits.tokens_per_minute == 30'000'000);
  CHECK(model(s, "gemini-2.5-flash-lite").limits.requests_per_minute == 4'000);
  CHECK_FALSE(model(s, "gemini-2.5-flash-lite").limits.requests_per_day);
  CHECK(has_model(s, "gemini-2.5-pro"));
  CHECK_FALSE(has_model(loaded(""), "gemini-2.5-pro"));
}

TEST_CASE("a single field of a model is overridden and the rest stays") {
  const settings s = loaded("[models.gpt-4o]\noutput_max = 1000\n"
                            "[models.gpt-4o.tiers.tier1]\nrequests_per_minute = 7\n");
  const model_entry& m = model(s, "gpt-4o");
  CHECK(m.output_max == token_count{1000});
  CHECK(m.context_max == token_count{128'000});
  CHECK(m.limits.requests_per_minute == 7);
  CHECK(m.limits.tokens_per_minute == 30'000);
  CHECK(m.pricing.rows.size() == 1);
}

TEST_CASE("limits of a model lie over its tier's; \"none\" lifts one") {
  const settings s = loaded("[models.\"gpt-3.5-turbo\".limits]\nrequests_per_minute = 5\n"
                            "requests_per_day = 'none'\n");
  const rate::limits& l = model(s, "gpt-3.5-turbo").limits;
  CHECK(l.requests_per_minute == 5);
  CHECK(l.tokens_per_minute == 200'000);
  CHECK_FALSE(l.requests_per_day);
}

TEST_CASE("limits of a model open it to a tier that does not list it") {
  const std::string pro = "[models.\"gemini-2.5-pro\".limits]\nrequests_per_minute = 2\n";
  CHECK(model(loaded(pro), "gemini-2.5-pro").limits.requests_per_minute == 2);
}

TEST_CASE("a provider that is off takes its models along") {
  const settings s = loaded("[providers.gemini]\nenabled = false\n");
  CHECK(provider(s, "gemini") == nullptr);
  CHECK_FALSE(has_model(s, "gemini-2.5-flash-lite"));
  CHECK(route(s, "default") == std::vector<std::string>{"gpt-6-luna", "gpt-5.6-luna"});
  const std::string neither =
      "[providers.gemini]\nenabled = false\n[providers.openai]\nenabled = false\n";
  CHECK(refusal(neither + "[routes]\ndefault = ['gpt-4o-mini']\n")
            .find("has no usable model: `gpt-4o-mini` belongs to provider `openai`, which is "
                  "disabled")
        != std::string::npos);
  // The default route that nobody wrote leads to what there is.
  CHECK_FALSE(route(loaded(neither), "default").empty());
}

TEST_CASE("budgets take every scope there is, and a call is offered cheaper models by default") {
  for (const std::string scope : {"global", "team", "user", "key", "tag", "session", "run"}) {
    const settings s =
        loaded("[[budget.rules]]\nscope = '" + scope + "'\nperiod = 'day'\nlimit_usd = 1\n");
    CHECK(s.budget.rules.at(0).scope == scope);
    CHECK(s.budget.rules.at(0).on_exhausted == money::exhausted_policy::cheaper);
  }
}

TEST_CASE("rarer parts of a price and the factors of service tiers are read as written") {
  const settings s = loaded(R"(
    [[models.gpt-4o.prices]]
    input = 3
    cache_write = 3.75
    cache_write_1h = 6
    audio_input = 40
    output = 15
    reasoning = 16
    audio_output = 80
    batch_factor = 0.5
    priority_factor = 1.8
  )");
  const money::dated_price& price = model(s, "gpt-4o").pricing.rows.at(0);
  constexpr std::int64_t usd = 1'000'000'000;
  CHECK(price.base
        == money::price_row{3 * usd, 3 * usd, 3'750'000'000, 15 * usd, 6 * usd, 40 * usd, 80 * usd,
                            16 * usd});
  CHECK(price.factors == money::service_factors{500, 1000, 1800});
}

TEST_CASE("a price row without its rarer parts charges them as other input") {
  const settings s = loaded("[models.gpt-4o]\nprices = [{ input = 2, output = 3 }]\n");
  const money::price_row& row = model(s, "gpt-4o").pricing.rows.at(0).base;
  CHECK(row == money::price_row{2'000'000'000, 2'000'000'000, 2'000'000'000, 3'000'000'000});
}
