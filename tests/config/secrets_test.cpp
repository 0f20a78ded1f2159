#include "core/bounds.hpp"
#include "tests/config/loading.hpp"

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;
using namespace std::chrono_literals;

namespace {

using environment_map = std::map<std::string, std::string>;

struct unlocked {
  settings settings_;
  secrets secrets_;
};

unlocked unlock(std::string_view text, environment_map all) {
  unlocked out{loaded(text), {}};
  auto read = read_environment(out.settings_, variables(std::move(all)));
  INFO((read ? std::string{} : read.failure().message));
  REQUIRE(read);
  out.secrets_ = std::move(read).value();
  return out;
}

std::string locked(std::string_view text, environment_map all) {
  settings s = loaded(text);
  const auto read = read_environment(s, variables(std::move(all)));
  return read ? std::string{} : read.failure().message;
}

bool warns(const settings& s, std::string_view what) {
  return std::any_of(s.warnings.begin(), s.warnings.end(),
                     [&](const std::string& w) { return w.find(what) != std::string::npos; });
}

const environment_map both{{"OPENAI_API_KEY", "sk-one"}, {"GEMINI_API_KEY", "AIza-two"}};

environment_map with(environment_map base, environment_map more) {
  more.merge(base);
  return more;
}

const environment_map traced =
    with(both, {{"LANGFUSE_PUBLIC_KEY", "pk"}, {"LANGFUSE_SECRET_KEY", "sk"}});

} // namespace

TEST_CASE("each provider gets the key of its variable") {
  const unlocked u = unlock("", both);
  CHECK(u.secrets_.api_keys.at({"openai/default"}).reveal() == "sk-one");
  CHECK(u.secrets_.api_keys.at({"gemini/default"}).reveal() == "AIza-two");
  for (const provider_settings& p : u.settings_.providers)
    CHECK(p.enabled == activation::on);
}

TEST_CASE("the first variable that is set wins; an empty one is not set") {
  CHECK(unlock("", with(both, {{"GOOGLE_API_KEY", "three"}}))
            .secrets_.api_keys.at({"gemini/default"})
            .reveal()
        == "AIza-two");
  CHECK(unlock("", with(both, {{"GEMINI_API_KEY", " "}, {"GOOGLE_API_KEY", "three"}}))
            .secrets_.api_keys.at({"gemini/default"})
            .reveal()
        == "three");
}

TEST_CASE("blanks around a key are dropped, within it they are refused") {
  CHECK(unlock("", with(both, {{"OPENAI_API_KEY", " sk-one\r\n"}}))
            .secrets_.api_keys.at({"openai/default"})
            .reveal()
        == "sk-one");
  for (const char* bad : {"sk one-secret", "sk-one-secret\r\nX-Other: 1", "sk-\xC3\xB6-secret"}) {
    const std::string told = locked("", with(both, {{"OPENAI_API_KEY", bad}}));
    CHECK(told
          == "environment variable OPENAI_API_KEY holds a blank or a character that no key has; "
             "set it again");
  }
}

TEST_CASE("a provider on \"auto\" without a key leaves with its models, and says what to set") {
  const unlocked u = unlock("[routes]\ndefault = ['gpt-4o-mini', 'gemini-2.5-flash-lite', "
                            "'gpt-5.6-luna']\n",
                            {{"OPENAI_API_KEY", "sk-one"}});
  CHECK(provider(u.settings_, "gemini") == nullptr);
  CHECK_FALSE(has_model(u.settings_, "gemini-2.5-flash-lite"));
  CHECK(route(u.settings_, "default") == std::vector<std::string>{"gpt-4o-mini", "gpt-5.6-luna"});
  CHECK(u.secrets_.api_keys.count({"gemini/default"}) == 0);
  CHECK(warns(u.settings_, "provider `gemini` has no key: set GEMINI_API_KEY or GOOGLE_API_KEY; "
                           "going on without it"));
  CHECK(warns(u.settings_, "route `default` goes without: `gemini-2.5-flash-lite` needs "
                           "GEMINI_API_KEY or GOOGLE_API_KEY"));
}

TEST_CASE("routes that nobody wrote lead to what there are keys for, without a word") {
  const unlocked u = unlock("", {{"OPENAI_API_KEY", "sk-one"}});
  CHECK(route(u.settings_, "default") == std::vector<std::string>{"gpt-6-luna", "gpt-5.6-luna"});
  CHECK(std::ranges::none_of(u.settings_.warnings, [](const std::string& w) {
    return w.find("gemini") != std::string::npos;
  }));

  const unlocked other = unlock("", {{"ANTHROPIC_API_KEY", "sk-one"}, {"GROQ_API_KEY", "g-one"}});
  CHECK(route(other.settings_, "default")
        == std::vector<std::string>{"openai/gpt-oss-20b", "claude-haiku-4-5"});
  CHECK(route(other.settings_, "quality").empty());
}

TEST_CASE("without any key it is told what would do, and of a key without models what is missing") {
  CHECK(locked("", {}).find("no model can be called: set the key of a provider (") == 0);
  CHECK(locked("", {}).find("ANTHROPIC_API_KEY") != std::string::npos);
  const std::string told = locked("", {{"OPENROUTER_API_KEY", "sk-or"}});
  CHECK(told.find("`openrouter` has no models") != std::string::npos);
  CHECK(told.find("spillway config init") != std::string::npos);
}

TEST_CASE("a server of one's own needs no route, but a price or leave to go without") {
  const std::string server = "[providers.own]\ndialect = 'openai'\n"
                             "base_url = 'https://models.example.org/v1'\n"
                             "api_key_env = ['OWN_KEY']\n";
  const std::string model = "[models.plain]\nprovider = 'own'\ncontext = 32000\n"
                            "output_max = 4096\n";
  const std::string leave = "[budget]\nunpriced_allowed = ['plain']\n";
  const std::string price = "prices = [{ input = 0.1, output = 0.2 }]\n";
  const environment_map own{{"OWN_KEY", "k-one"}};
  CHECK(locked(server + model, own)
        == "no model can be called: `plain` has no price, give it `prices` or list it in "
           "`budget.unpriced_allowed`");
  const std::vector<std::string> plain{"plain"};
  CHECK(route(unlock(server + model + leave, own).settings_, "default") == plain);
  CHECK(route(unlock(server + model + price, own).settings_, "default") == plain);
  CHECK(locked(server + model + price + "deprecated = 2027-01-14\n", own)
            .find("`own` has none that chats and stays")
        != std::string::npos);

  const unlocked beside = unlock(server + model + leave,
                                 {{"OWN_KEY", "k-one"}, {"OPENAI_API_KEY", "sk-one"}});
  CHECK(route(beside.settings_, "default")
        == std::vector<std::string>{"gpt-6-luna", "gpt-5.6-luna"});
}

TEST_CASE("of several keys those that are set are used, and the others are told") {
  const std::string three = "[[providers.openai.keys]]\nenv = 'FIRST'\nweight = 2\n"
                            "[[providers.openai.keys]]\nenv = 'SECOND'\nname = 'team-b'\n"
                            "tier = 'tier2'\n"
                            "[[providers.openai.keys]]\nenv = 'THIRD'\n";
  const unlocked u = unlock(three, {{"FIRST", "sk-one"}, {"SECOND", "sk-two"}});
  const provider_settings* openai = provider(u.settings_, "openai");
  REQUIRE(openai);
  REQUIRE(openai->keys.size() == 2);
  CHECK(openai->keys[0].id(openai->id).value == "openai/FIRST");
  CHECK(openai->keys[0].weight == 2);
  CHECK(openai->keys[1].id(openai->id).value == "openai/team-b");
  CHECK(openai->keys[1].tier == "tier2");
  CHECK(u.secrets_.api_keys.at({"openai/FIRST"}).reveal() == "sk-one");
  CHECK(u.secrets_.api_keys.at({"openai/team-b"}).reveal() == "sk-two");
  CHECK(warns(u.settings_, "provider `openai` goes without these of its keys: THIRD"));
  CHECK(locked("[providers.openai]\nenabled = true\n" + three, {}).find("set FIRST or SECOND")
        != std::string::npos);
}

TEST_CASE("a provider that is on without a key is an error that says what to do") {
  CHECK(locked("[providers.gemini]\nenabled = true\n", {{"OPENAI_API_KEY", "sk-one"}})
        == "provider `gemini` has no key: set GEMINI_API_KEY or GOOGLE_API_KEY, or set "
           "`providers.gemini.enabled = false`");
}

TEST_CASE("without any key there is nothing to start") {
  CHECK(locked("[routes]\ndefault = ['gpt-4o-mini', 'gemini-2.5-flash-lite']\n", {})
        == "the default route `default` has no usable model: `gpt-4o-mini` needs OPENAI_API_KEY, "
           "`gemini-2.5-flash-lite` needs GEMINI_API_KEY or GOOGLE_API_KEY");
}

TEST_CASE("a provider that names no variable needs no key") {
  const unlocked u = unlock("[providers.local]\nbase_url = 'http://localhost'\nenabled = 'auto'\n"
                            "[models.m]\nprovider = 'local'\ncontext = 9\noutput_max = 3\n"
                            "[routes]\ndefault = ['m']\n",
                            {});
  REQUIRE(provider(u.settings_, "local"));
  CHECK(provider(u.settings_, "local")->enabled == activation::on);
  CHECK(u.secrets_.api_keys.empty());
  CHECK(has_model(u.settings_, "m"));
}

TEST_CASE("Langfuse is on if both its keys are there, and off without a word if none is") {
  const unlocked on = unlock("", traced);
  REQUIRE(on.secrets_.langfuse);
  CHECK(on.secrets_.langfuse->public_key == "pk");
  CHECK(on.secrets_.langfuse->secret_key.reveal() == "sk");
  CHECK(on.settings_.langfuse.enabled == activation::on);
  const unlocked off = unlock("", both);
  CHECK_FALSE(off.secrets_.langfuse);
  CHECK(off.settings_.langfuse.enabled == activation::off);
  CHECK_FALSE(warns(off.settings_, "Langfuse"));
}

TEST_CASE("half of Langfuse's keys is told, and an error if Langfuse is asked for") {
  const environment_map half = with(both, {{"LANGFUSE_PUBLIC_KEY", "pk"}});
  CHECK(warns(unlock("", half).settings_,
              "Langfuse has no secret key: set LANGFUSE_SECRET_KEY; traces are off"));
  CHECK(
      locked("[langfuse]\nenabled = true\n", half)
      == "Langfuse has no secret key: set LANGFUSE_SECRET_KEY, or set `langfuse.enabled = false`");
  CHECK(
      locked("[langfuse]\nenabled = true\n", both)
      == "Langfuse has no public key: set LANGFUSE_PUBLIC_KEY, or set `langfuse.enabled = false`");
}

TEST_CASE("Langfuse stays off if the file says so, whatever the environment holds") {
  const unlocked u =
      unlock("[langfuse]\nenabled = false\n",
             with(both, {{"LANGFUSE_PUBLIC_KEY", "pk"}, {"LANGFUSE_SECRET_KEY", "s"}}));
  CHECK_FALSE(u.secrets_.langfuse);
  CHECK(u.settings_.langfuse.enabled == activation::off);
}

TEST_CASE("Langfuse's variables override the file") {
  const unlocked u = unlock("[langfuse]\nflush_at = 3\nenvironment = 'file'\n",
                            with(traced, {{"LANGFUSE_BASE_URL", "https://lf.example.org"},
                                          {"LANGFUSE_HOST", "https://ignored.example.org"},
                                          {"LANGFUSE_FLUSH_AT", "15"},
                                          {"LANGFUSE_FLUSH_INTERVAL", "2.5"},
                                          {"LANGFUSE_TRACING_ENVIRONMENT", "staging"},
                                          {"LANGFUSE_RELEASE", "v1.2"}}));
  CHECK(u.settings_.langfuse.url.host == "lf.example.org");
  CHECK(u.settings_.langfuse.flush_at == 15);
  CHECK(u.settings_.langfuse.flush_interval == 2500ms);
  CHECK(u.settings_.langfuse.environment == "staging");
  CHECK(u.settings_.langfuse.release == "v1.2");
}

TEST_CASE("Langfuse's older name for its URL counts as well") {
  CHECK(
      unlock("", with(traced, {{"LANGFUSE_HOST", "http://localhost:3000"}})).settings_.langfuse.url
      == base_url{false, "localhost", 3000, ""});
}

TEST_CASE("a flush size beyond one export is cut to it, and told") {
  const unlocked u = unlock("", with(traced, {{"LANGFUSE_FLUSH_AT", "512"}}));
  CHECK(u.settings_.langfuse.flush_at == bounds::trace_batch_max);
  CHECK(warns(u.settings_, "LANGFUSE_FLUSH_AT is taken as 256"));
}

TEST_CASE("a variable that makes no sense is named") {
  struct {
    const char* name;
    const char* value;
  } const cases[] = {
      {"LANGFUSE_BASE_URL", "localhost:3000"},
      {"LANGFUSE_HOST", "ftp://x"},
      {"LANGFUSE_FLUSH_AT", "0"},
      {"LANGFUSE_FLUSH_AT", "many"},
      {"LANGFUSE_FLUSH_AT", "-3"},
      {"LANGFUSE_FLUSH_AT", "nan"},
      {"LANGFUSE_FLUSH_AT", "1e300"},
      {"LANGFUSE_FLUSH_INTERVAL", "0"},
      {"LANGFUSE_FLUSH_INTERVAL", "5s"},
      {"LANGFUSE_FLUSH_INTERVAL", "inf"},
      {"LANGFUSE_FLUSH_INTERVAL", "1e9"},
      {"LANGFUSE_TRACING_ENVIRONMENT", "Not Allowed"},
  };
  for (const auto& c : cases) {
    INFO(c.name << "=" << c.value);
    const std::string told = locked("", with(traced, {{c.name, c.value}}));
    CHECK(told.rfind("environment variable " + std::string{c.name} + " is ", 0) == 0);
  }
}

TEST_CASE("Langfuse's variables mean nothing while it is off") {
  CHECK(locked("", with(both, {{"LANGFUSE_BASE_URL", "nonsense"}})).empty());
}

TEST_CASE("no message and no warning holds a credential") {
  const environment_map all{{"OPENAI_API_KEY", "hunter2a"}, {"LANGFUSE_PUBLIC_KEY", "hunter2b"}};
  const unlocked u = unlock("", all);
  CHECK_FALSE(warns(u.settings_, "hunter2"));
  CHECK(locked("[langfuse]\nenabled = true\n", all).find("hunter2") == std::string::npos);
}
