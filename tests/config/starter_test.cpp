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
    const starter s = make_starter(variables(all));
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
    if (all.count("OPENAI_API_KEY") != 0) {
      const auto secrets = read_environment(read, variables(all));
      INFO((secrets ? std::string{} : secrets.failure().message));
      CHECK(secrets);
    }
  }
}

TEST_CASE("What is commented out in the file to begin with is valid too", "[config]") {
  std::string text = make_starter(variables({})).text;
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
  CHECK(s.alerts.targets.size() == 2);
  CHECK(s.gateway.keys_env.size() == 1);
}
