#include "config/starter.hpp"
#include "tests/config/loading.hpp"

#include <bit>
#include <map>

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;

namespace {

const std::vector<std::pair<std::string, std::string>> known{
    {"OPENAI_API_KEY", "sk-0123456789abcdef0123"},
    {"GEMINI_API_KEY", "AIza0123456789abcdef012"},
    {"LANGFUSE_PUBLIC_KEY", "pk-lf-0123456789abcdef"},
    {"LANGFUSE_SECRET_KEY", "sk-lf-0123456789abcdef"},
    {"SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/abc"},
    {"PAGERDUTY_ROUTING_KEY", "0123456789abcdef0123456789abcdef"},
};

} // namespace

TEST_CASE("Whatever keys there are, the file to begin with is valid and holds none of them",
          "[config]") {
  for (unsigned chosen = 0; chosen < 1U << known.size(); ++chosen) {
    std::map<std::string, std::string> all;
    for (std::size_t i = 0; i < known.size(); ++i)
      if ((chosen >> i & 1) != 0)
        all.insert(known[i]);
    const starter s = make_starter({variables(all), {}});
    INFO(s.text);
    settings read = loaded(s.text);
    for (const auto& [name, value] : known)
      CHECK(s.text.find(value) == std::string::npos);
    CHECK(s.found.size() == static_cast<std::size_t>(std::popcount(chosen)));
    CHECK(read.budget.rules.size() == 1);
    CHECK_FALSE(read.journal.path.empty());
    CHECK(read.alerts.targets.size() == all.count("SLACK_WEBHOOK_URL")
                                            + all.count("PAGERDUTY_ROUTING_KEY"));
    // With a provider's key it can be served as it is.
    CHECK(s.route.empty() == (all.count("OPENAI_API_KEY") + all.count("GEMINI_API_KEY") == 0));
    if (!s.route.empty()) {
      const auto secrets = read_environment(read, variables(all));
      INFO((secrets ? std::string{} : secrets.failure().message));
      CHECK(secrets);
    }
  }
}

namespace {

/// The models of the default route that a newcomer with these variables and servers gets.
std::vector<std::string> first_route(const std::map<std::string, std::string>& all,
                                     std::vector<found_server> servers = {}) {
  const starter s = make_starter({variables(all), std::move(servers)});
  INFO(s.text);
  settings read = loaded(s.text);
  const auto secrets = read_environment(read, variables(all));
  INFO((secrets ? std::string{} : secrets.failure().message));
  REQUIRE(secrets);
  CHECK(read.warnings.empty());
  CHECK(route(read, "default") == s.route);
  for (const std::string& id : s.route)
    CHECK_FALSE(model(read, id).pricing.rows.empty());
  return s.route;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("Whichever one key there is, the file to begin with has a model to ask", "[config]") {
  CHECK(first_route({{"ANTHROPIC_API_KEY", "sk-ant-0"}}) == names{"claude-haiku-4-5"});
  CHECK(first_route({{"GOOGLE_API_KEY", "AIza0"}}) == names{"gemini-2.5-flash-lite"});
  CHECK(first_route({{"DEEPSEEK_API_KEY", "sk-0"}}) == names{"deepseek-v4-flash"});
  CHECK(first_route({{"GROQ_API_KEY", "gsk-0"}}) == names{"openai/gpt-oss-20b"});
  CHECK(first_route({{"MISTRAL_API_KEY", "m-0"}}) == names{"mistral-small-2603"});
  CHECK(first_route({{"OPENROUTER_API_KEY", "sk-or-0"}}) == names{"openrouter/gemini-2.5-flash-lite"});
  CHECK(first_route({{"AZURE_OPENAI_API_KEY", "az-0"},
                     {"AZURE_OPENAI_ENDPOINT", "https://res.openai.azure.com/"}})
        == names{"azure/gpt-6-luna"});
  CHECK(first_route({{"OPENAI_API_KEY", "sk-0"}, {"ANTHROPIC_API_KEY", "sk-ant-0"}})
        == names{"gpt-6-luna", "gpt-5.6-luna", "claude-haiku-4-5"});
}

TEST_CASE("A server that was found is in the file to begin with, whatever its models are called",
          "[config]") {
  const found_server ollama{"ollama",
                            "http://127.0.0.1:11434/v1",
                            {"nomic-embed-text:latest", "llama3.2:latest", "evil\"]\n[x"}};
  CHECK(first_route({}, {ollama}) == names{"ollama/llama3.2:latest"});
  const settings s = loaded(make_starter({variables({}), {ollama}}).text);
  CHECK(model(s, "ollama/nomic-embed-text:latest").can.kind == model_kind::embedding);
}

TEST_CASE("A key of Azure without its resource is told, and the file stays valid", "[config]") {
  const starter s = make_starter({variables({{"AZURE_OPENAI_API_KEY", "az-0"}}), {}});
  INFO(s.text);
  CHECK(provider(loaded(s.text), "azure") == nullptr);
  CHECK(s.route.empty());
  REQUIRE_FALSE(s.notes.empty());
  CHECK(s.notes.front().find("AZURE_OPENAI_ENDPOINT") != std::string::npos);
}

TEST_CASE("What is commented out in the file to begin with is valid too", "[config]") {
  std::string text = make_starter({variables({}), {}}).text;
  std::string active;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const bool code = line.starts_with("# ") && (line.find(" = ") != std::string::npos
                                                 || line.find("# [") == 0);
    active += (code ? line.substr(2) : line) + "\n";
  }
  INFO(active);
  const settings s = loaded(active);
  CHECK(s.budget.rules.size() == 2);
  CHECK(has_model(s, "my-model"));
  CHECK(s.alerts.targets.size() == 2);
  CHECK(s.gateway.keys_env.size() == 1);
}
