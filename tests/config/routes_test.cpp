#include "core/bounds.hpp"
#include "tests/config/loading.hpp"

using namespace spillway;
using namespace spillway::config;
using namespace spillway::config::testing;

using names = std::vector<std::string>;

TEST_CASE("a route of the file stands beside or in place of those that come with the program") {
  const settings s = loaded("[routes]\nfast = ['gpt-4o-mini']\ndefault = ['gpt-4o']\n");
  CHECK(route(s, "fast") == names{"gpt-4o-mini"});
  CHECK(route(s, "default") == names{"gpt-4o"});
  CHECK(route(s, "quality") == names{"gpt-6-sol", "gpt-4o"});
}

TEST_CASE("a route within a route stands for its models, each once and in its first place") {
  const settings s =
      loaded("[routes]\na = ['gpt-4o', 'b', 'o3']\nb = ['o3', 'gpt-4o', 'gpt-4.1']\n");
  CHECK(route(s, "a") == names{"gpt-4o", "o3", "gpt-4.1"});
  CHECK(route(s, "b") == names{"o3", "gpt-4o", "gpt-4.1"});
}

TEST_CASE("what is wrong with a route is told with its place") {
  struct {
    const char* what;
    const char* text;
    const char* told;
  } const cases[] = {
      {"an unknown model", "[routes]\na = ['gpt-4o', 'gpt-4o-mni']\n",
       "t.toml:2:16: key `routes.a`: names `gpt-4o-mni`, which is neither a model nor a route (did "
       "you mean `gpt-4o-mini`?)"},
      {"a name unlike any other", "[routes]\na = ['zzzzzzzzzzzzzzzzzzzzzz']\n",
       "t.toml:2:6: key `routes.a`: names `zzzzzzzzzzzzzzzzzzzzzz`, which is neither a model nor a "
       "route"},
      {"a model twice", "[routes]\na = ['gpt-4o', 'gpt-4o']\n",
       "t.toml:2:16: key `routes.a`: names `gpt-4o` twice"},
      {"itself", "[routes]\na = ['a']\n",
       "t.toml:2:6: key `routes.a`: leads back to itself: a -> a; take one step out"},
      {"itself by way of others", "[routes]\na = ['b']\nb = ['c']\nc = ['a']\n",
       "t.toml:4:6: key `routes.c`: leads back to itself: a -> b -> c -> a; take one step out"},
      {"a model's own name", "[routes]\ngpt-4o = ['o3']\n",
       "t.toml:2:1: key `routes.gpt-4o`: is also the name of a model; rename it"},
      {"too many models",
       "[routes]\na = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', "
       "'gpt-5', "
       "'gpt-5-mini', 'gpt-5-nano', 'o3']\n",
       "t.toml:2:5: key `routes.a`: comes to 9 models; allowed: at most 8"},
      {"a number", "[routes]\na = [1]\n",
       "t.toml:2:5: key `routes.a`: has an item that is an integer; allowed: a name"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(refusal(c.text) == c.told);
  }
}

TEST_CASE("only names are compared in a route") {
  CHECK(refusal("[routes]\na = [1, 1]\n")
        == "t.toml:2:5: key `routes.a`: has an item that is an integer; allowed: a name");
}

TEST_CASE("a file full of unknown names is refused without a search for each") {
  std::string text = "[routes]\n";
  for (int route = 0; route < 2'000; ++route) {
    text += numbered("r", route) + " = [";
    for (int item = 0; item < 200; ++item)
      text += numbered("'x", item) + "',";
    text += "]\n";
  }
  const std::string told = refusal(text);
  CHECK(told.substr(told.rfind('\n') + 1) == "and 399980 more");
}

TEST_CASE("a list far longer than any use is refused") {
  std::string text = "[routes]\na = ['gpt-4o'";
  for (int item = 0; item < 256; ++item)
    text += numbered(", 'x", item) + "'";
  CHECK(refusal(text + "]\n").find("key `routes.a`: has more than 256 items") != std::string::npos);
}

TEST_CASE("a long chain of routes is refused before it exhausts the stack") {
  std::string text = "[routes]\n";
  for (int i = 0; i < 4'000; ++i)
    text += numbered("r", 10'000 + i) + numbered(" = ['r", 10'001 + i) + "']\n";
  text += "r14000 = ['gpt-4o']\n";
  CHECK(refusal(text).find("is more than 16 routes deep") != std::string::npos);
}

TEST_CASE("routes that name each other many times are spelled out in no time") {
  std::string text = "[routes]\n";
  for (char c = 'a'; c < 'n'; ++c)
    text += std::string{c} + "1 = ['" + char(c + 1) + "1', '" + char(c + 1) + "2']\n" + c + "2 = ['"
            + char(c + 1) + "2', '" + char(c + 1) + "1']\n";
  text += "n1 = ['gpt-4o']\nn2 = ['o3']\n";
  CHECK(route(loaded(text), "a1").size() == 2);
}

TEST_CASE("a route goes without a model that is closed, and says so") {
  const settings s = loaded("[models.gpt-4o-mini]\nenabled = false\n[routes]\ndefault = "
                            "['gpt-4o-mini', 'gemini-2.5-flash-lite', 'gpt-5.6-luna']\n");
  CHECK(route(s, "default") == names{"gemini-2.5-flash-lite", "gpt-5.6-luna"});
  CHECK_FALSE(has_model(s, "gpt-4o-mini"));
  CHECK(std::count(s.warnings.begin(), s.warnings.end(),
                   "route `default` goes without: `gpt-4o-mini` is disabled")
        == 1);
}

TEST_CASE("a route without any usable model is closed, except the default one") {
  const settings s = loaded("[models.gpt-4o]\nenabled = false\n[routes]\nonly = ['gpt-4o']\n");
  CHECK(route(s, "only").empty());
  CHECK(std::count(s.warnings.begin(), s.warnings.end(),
                   "route `only` is closed: `gpt-4o` is disabled")
        == 1);
  CHECK(refusal("[models.gpt-4o]\nenabled = false\n[routes]\ndefault = ['gpt-4o']\n")
        == "t.toml: the default route `default` has no usable model: `gpt-4o` is disabled");
}
