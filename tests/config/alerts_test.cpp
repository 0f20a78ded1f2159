#include "tests/config/loading.hpp"

#include <map>

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;
using namespace std::chrono_literals;

namespace {

using environment_map = std::map<std::string, std::string>;

const std::string webhook = "[alerts.targets.own]\nkind = \"webhook\"\n";

std::string locked(std::string_view text, environment_map all) {
  settings s = loaded(text);
  const auto read = read_alert_environment(s, variables(std::move(all)));
  return read ? std::string{} : read.failure().message;
}

} // namespace

TEST_CASE("Without a word about alerts the rules are those of the program", "[config]") {
  const alert_settings a = loaded("").alerts;
  CHECK(a.budget_levels == std::vector<int>{50, 80, 95, 100});
  CHECK(a.targets.empty());
  CHECK(a.rules.health.error_share == Approx(0.05));
  CHECK(a.rules.health.calls_min == 20);
  CHECK(a.rules.health.rejections == 3);
  CHECK(a.rules.notices.again_after == duration{6h});
  CHECK(a.rules.notices.per_hour_max == 20);
  CHECK(a.rules.hourly_spend_max == nano_usd{0});
  CHECK((a.rules.forecasts && a.rules.anomalies));
}

TEST_CASE("Rules and targets are what the file says", "[config]") {
  const alert_settings a = loaded(R"(
[alerts]
source = "fleet-7"
budget_levels = [99]
error_rate = 0.25
hourly_spend_usd = 12.5
spend_anomaly = false
again_after = "1d"
[alerts.targets.night]
kind = "pagerduty"
least = "critical"
[alerts.targets.own]
kind = "webhook"
url = "http://10.0.0.7:9000/in/?to=ops"
secret_env = "SIGNING_KEY"
allow_private = true
[alerts.targets.team]
kind = "slack"
)")
                               .alerts;
  CHECK(a.source == "fleet-7");
  CHECK(a.budget_levels == std::vector<int>{99});
  CHECK(a.rules.health.error_share == Approx(0.25));
  CHECK(a.rules.hourly_spend_max == nano_usd{12'500'000'000});
  CHECK_FALSE(a.rules.anomalies);
  CHECK(a.rules.notices.again_after == duration{24h});
  REQUIRE(a.targets.size() == 3);
  CHECK(a.targets[0].kind == alert_target_kind::pagerduty);
  CHECK(a.targets[0].least == alert_severity::critical);
  CHECK(a.targets[0].url == base_url{true, "events.pagerduty.com", 443, "/v2/enqueue"});
  CHECK(a.targets[1].url == base_url{false, "10.0.0.7", 9000, "/in/?to=ops"});
  CHECK(a.targets[1].allow_private);
  CHECK(a.targets[2].url_env == "SLACK_WEBHOOK_URL");
}

TEST_CASE("What makes no sense about alerts is refused with advice", "[config]") {
  struct row {
    std::string text;
    const char* says;
  };
  const row table[] = {
      {"[alerts]\nbudget_levels = [80, 50]", "ascending"},
      {"[alerts]\nbudget_levels = [0]", "1 to 100"},
      {"[alerts]\nbudget_levels = [101]", "1 to 100"},
      {"[alerts]\nbudget_levels = 80", "a list of whole percentages"},
      {"[alerts]\nerror_rate = 5", "0 to 1"},
      {"[alerts]\nthreshold = 1", "unknown key"},
      {webhook, "has no address"},
      {webhook + "url = \"http://example.com/\"", "allow_private"},
      {webhook + "url = \"https://user:pw@example.com/\"", "user name"},
      {webhook + "url = \"ftp://example.com/\"", "https://"},
      {webhook + "url = \"https://example.com/#x\"", "fragment"},
      {webhook + "url = \"https://example.com/\"\nurl_env = \"X\"", "keep one"},
      {webhook + "url = \"https://example.com/\"\nrouting_key_env = \"X\"", "only for pagerduty"},
      {webhook + "url = \"https://example.com/\"\nsecret = \"abc\"", "environment alone"},
      {"[alerts.targets.t]\nkind = \"slack\"\nurl = \"https://hooks.slack.com/services/T/B/x\"",
       "looks like a key"},
      {"[alerts.targets.t]\nkind = \"email\"", "webhook, slack, pagerduty, langfuse"},
      {"[alerts.targets.t]\nleast = \"warning\"", "is missing"},
      {"[alerts.targets.t]\nkind = \"langfuse\"\nallow_private = true", "no meaning"},
  };
  for (const row& r : table) {
    INFO(r.text);
    CHECK(refusal(r.text).find(r.says) != std::string::npos);
  }
  std::string many;
  for (int i = 0; i < 17; ++i)
    many += "[alerts.targets.t" + std::to_string(i) + "]\nkind = \"langfuse\"\n";
  CHECK(refusal(many).find("more than 16 targets") != std::string::npos);
}

TEST_CASE("Addresses and keys of targets come from the environment", "[config]") {
  settings s = loaded("[alerts.targets.team]\nkind = \"slack\"\n"
                      "[alerts.targets.night]\nkind = \"pagerduty\"\n"
                      "[alerts.targets.own]\nkind = \"webhook\"\nurl_env = \"HOOK\"\n"
                      "secret_env = \"SIGNING_KEY\"\n");
  const auto read = read_alert_environment(
      s, variables({{"SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/abc"},
                    {"PAGERDUTY_ROUTING_KEY", "0123456789abcdef"},
                    {"HOOK", "https://hooks.example.com"},
                    {"SIGNING_KEY", " whisper\n"}}));
  REQUIRE(read);
  const auto& all = read->alert_targets;
  CHECK(all.at("team").url == base_url{true, "hooks.slack.com", 443, ""});
  CHECK(all.at("team").path.reveal() == "/services/T0/B0/abc");
  CHECK(all.at("night").path.reveal() == "/v2/enqueue");
  CHECK(all.at("night").key.reveal() == "0123456789abcdef");
  CHECK(all.at("own").path.reveal() == "/");
  CHECK(all.at("own").key.reveal() == "whisper");
}

TEST_CASE("A target that cannot work is told before anything starts, without its secret",
          "[config]") {
  const std::string slack = "[alerts.targets.team]\nkind = \"slack\"\n";
  CHECK(locked(slack, {}).find("set SLACK_WEBHOOK_URL") != std::string::npos);
  const std::string plain = locked(slack, {{"SLACK_WEBHOOK_URL", "http://hooks.slack.com/s3cret"}});
  CHECK(plain.find("not encrypted") != std::string::npos);
  CHECK(plain.find("s3cret") == std::string::npos);
  const std::string broken = locked(slack, {{"SLACK_WEBHOOK_URL", "hooks.slack.com/s3cret"}});
  CHECK(broken.find("SLACK_WEBHOOK_URL") != std::string::npos);
  CHECK(broken.find("s3cret") == std::string::npos);
  CHECK(locked("[alerts.targets.p]\nkind = \"pagerduty\"\n", {}).find("PAGERDUTY_ROUTING_KEY")
        != std::string::npos);
  CHECK(locked("[alerts.targets.t]\nkind = \"langfuse\"\n", {}).find("LANGFUSE_PUBLIC_KEY")
        != std::string::npos);
}
