#include "runtime/settings_change.hpp"

#include "config/load.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spillway;
using runtime::compare_settings;
using runtime::settings_change;
using runtime::usable_settings;

namespace {

constexpr auto base = R"(
[routes]
default = ["gpt-4o-mini"]
[[budget.rules]]
period = "day"
limit_usd = 5
)";

config::settings settings_of(const std::string& text) {
  auto read = config::load_text(text, "test");
  if (!read)
    FAIL(read.failure().message);
  return std::move(*read);
}

settings_change change_to(const std::string& text) {
  return compare_settings(settings_of(base), settings_of(text));
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a configuration that is the same changes nothing") {
  const settings_change c = change_to(base);
  CHECK_FALSE(c.routing);
  CHECK_FALSE(c.budgets);
  CHECK(c.applied.empty());
  CHECK(c.after_restart.empty());
}

TEST_CASE("routes, prices and budgets hold at once") {
  const settings_change c = change_to(R"(
[routes]
default = ["gpt-4o-mini", "gpt-4o"]
[[models."gpt-4o".prices]]
input = 3
output = 9
[[budget.rules]]
period = "day"
limit_usd = 6
)");
  CHECK(c.routing);
  CHECK(c.budgets);
  CHECK(c.applied == names{"models", "routes", "budget.rules"});
  CHECK(c.after_restart.empty());
}

TEST_CASE("how answers are kept changes at once") {
  for (const char* key : {"default = 'on'", "keep_for = '9m'", "mib_max = 0", "shared = true"}) {
    INFO(key);
    const settings_change c = change_to(std::string{base} + "[cache]\n" + key);
    CHECK(c.keeping);
    CHECK(c.routing); // the router knows who asks for kept answers
    CHECK(c.applied == names{"cache"});
    CHECK(c.after_restart.empty());
  }
}

TEST_CASE("when to wait and what to do with a long prompt hold at once") {
  const std::string with = std::string{base} + "\n[routing]\n";
  for (const char* key : {"wait_max = '9s'", "retry_content_filtered = true",
                          "context_strategy = 'truncate'", "deadline = '5s'"}) {
    INFO(key);
    const settings_change c = change_to(with + key);
    CHECK(c.routing);
    CHECK(c.applied == names{"routing"});
    CHECK(c.after_restart.empty());
  }
}

TEST_CASE("other limits of a model hold at once") {
  const settings_change c = change_to(
      std::string{base} + "[models.\"gpt-4o\".limits]\nrequests_per_minute = 3\n");
  CHECK(c.limits);
  CHECK(c.routing); // what is too long for a window depends on it
  CHECK(c.applied == names{"models (limits)"});
  CHECK(c.after_restart.empty());
  const settings_change back = compare_settings(
      settings_of(std::string{base} + "[models.\"gpt-4o\".limits]\nrequests_per_minute = 3\n"),
      settings_of(base));
  CHECK(back.applied == names{"models (limits)"});
  CHECK(back.after_restart.empty());
}

TEST_CASE("who may call the gateway, and its log, change at once") {
  const settings_change c =
      change_to(std::string{base} + "[gateway]\nkeys_env = [\"K\"]\naccess_log = true\n");
  CHECK(c.applied == names{"gateway"});
  CHECK(c.after_restart.empty());
  CHECK_FALSE(c.routing);
}

TEST_CASE("what needs other actors, sockets or files is told to wait for a restart") {
  CHECK(change_to(std::string{base} + "[models.\"gpt-4o\"]\nupstream_name = \"mine\"\n")
            .after_restart
        == names{"models (providers, names, groups, tiers)"});
  CHECK(change_to(std::string{base} + "[gateway]\nlisten = \"127.0.0.1:9999\"\n").after_restart
        == names{"gateway (listen, TLS on or off)"});
  CHECK(change_to(std::string{base} + "[journal]\npath = \"/tmp/j\"\n").after_restart
        == names{"journal"});
  CHECK(change_to(std::string{base} + "[providers.openai]\nbase_url = \"https://other.example\"\n")
            .after_restart
        == names{"providers"});
  CHECK(change_to(std::string{base} + "[models.mine]\nprovider = \"openai\"\ncontext = 1000\n"
                                      "output_max = 100\n")
            .after_restart
        == names{"models (new ones)"});
}

TEST_CASE("a new model, or a new way to call one, is left out until there is somebody to call it") {
  const config::settings before = settings_of(base);
  const config::settings now = usable_settings(before, settings_of(R"(
[models.mine]
provider = "openai"
context = 1000
output_max = 100
[models."gpt-4o-mini"]
context = 64000
[models."gpt-4o-mini".limits]
requests_per_minute = 3
[models."gpt-4o"]
upstream_name = "mine"
[models."gpt-4o".limits]
requests_per_minute = 3
[routes]
default = ["mine", "gpt-4o-mini"]
only = ["mine"]
)"));
  const auto route = [&](const char* name) {
    return std::ranges::find(now.routing.routes, name, &routing::route::name);
  };
  REQUIRE(route("default") != now.routing.routes.end());
  CHECK(route("default")->models == std::vector<model_id>{{"gpt-4o-mini"}});
  CHECK(route("only") == now.routing.routes.end());
  const auto of = [](const config::settings& s, const char* id = "gpt-4o-mini") {
    return *std::ranges::find(s.models, model_id{id}, &model_entry::id);
  };
  CHECK(now.models.size() == before.models.size());
  CHECK(of(now).context_max == token_count{64000});
  CHECK(of(now).limits.requests_per_minute == 3);
  // One that would be called in another way is called as before, and within those limits.
  CHECK(of(now, "gpt-4o").upstream_name == of(before, "gpt-4o").upstream_name);
  CHECK(of(now, "gpt-4o").limits == of(before, "gpt-4o").limits);
}
