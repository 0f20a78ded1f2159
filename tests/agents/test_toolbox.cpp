#include "agents/toolbox.hpp"
#include "core/bounds.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

using namespace spillway;
using namespace spillway::agents;

namespace {

tool echo(std::string name = "echo") {
  return {{std::move(name), "Repeats its text.",
           R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})"},
          [](std::string_view arguments) { return result<std::string>{std::string{arguments}}; }};
}

tool returning(result<std::string> outcome) {
  return {{"t", "", ""}, [outcome](std::string_view) { return outcome; }};
}

tool_result run(tool t, std::string arguments = "{}") {
  toolbox box;
  const std::string name = t.definition.name;
  REQUIRE(box.add(std::move(t)));
  return box.run({"call_1", name, std::move(arguments)});
}

} // namespace

TEST_CASE("a call reaches its tool with its arguments") {
  const auto r = run(echo(), R"({"text":"hi"})");
  CHECK_FALSE(r.failed);
  CHECK(r.text == R"({"text":"hi"})");
}

TEST_CASE("a tool without parameters gets an object also when the vendor sent nothing") {
  tool t{{"now", "", ""}, [](std::string_view a) { return result<std::string>{std::string{a}}; }};
  CHECK(run(t, "").text == "{}");
}

TEST_CASE("what a model does wrong is told to it") {
  toolbox box;
  REQUIRE(box.add(echo()));
  REQUIRE(box.add(echo("echo_2")));
  const auto unknown = box.run({"1", "ehco", "{}"});
  CHECK(unknown.failed);
  CHECK(unknown.text == "error: there is no tool 'ehco'; the tools are: echo, echo_2");
  const auto broken = box.run({"1", "echo", "{\"text\":"});
  CHECK(broken.failed);
  CHECK(broken.text
        == "error: tool 'echo': the arguments are not valid JSON; send one JSON object");
  const auto mistyped = box.run({"1", "echo", R"({"text":5})"});
  CHECK(mistyped.text == R"(error: tool 'echo': 'text' must be of type "string", not number)");
}

TEST_CASE("a tool's error and its exception become results") {
  const auto failed = run(returning(error{"the disk is full"}));
  CHECK(failed.failed);
  CHECK(failed.text == "error: the disk is full");
  tool thrower{{"t", "", ""},
               [](std::string_view) -> result<std::string> { throw std::runtime_error{"oops"}; }};
  const auto thrown = run(thrower);
  CHECK(thrown.failed);
  CHECK(thrown.text == "error: tool 't' broke: oops");
}

TEST_CASE("a result is cut to its bound, marked, and valid UTF-8") {
  const auto r = run(returning(std::string(bounds::tool_result_bytes_max + 5'000, 'x')));
  CHECK(r.text.size() <= bounds::tool_result_bytes_max);
  CHECK(r.text.find("[cut here: about 5") != std::string::npos);
  CHECK(run(returning(std::string{"caf\xE9"})).text == "caf\uFFFD");
  CHECK(run(returning(error{std::string(100'000, 'e')})).text.size()
        <= bounds::tool_result_bytes_max);
}

TEST_CASE("a toolbox refuses tools that no vendor would take") {
  toolbox box;
  REQUIRE(box.add(echo()));
  CHECK_FALSE(box.add(echo()));
  CHECK_FALSE(box.add(echo("")));
  CHECK_FALSE(box.add(echo("two words")));
  CHECK_FALSE(box.add(echo(std::string(65, 'a'))));
  tool bad_schema = echo("a");
  bad_schema.definition.parameters_json = "[]";
  CHECK_FALSE(box.add(bad_schema));
  tool nothing = echo("b");
  nothing.run = nullptr;
  CHECK_FALSE(box.add(nothing));
  CHECK(box.definitions().size() == 1);
}

TEST_CASE("definitions keep the order in which tools were added") {
  toolbox box;
  REQUIRE(box.add(std::vector{echo("z"), echo("a"), echo("m")}));
  const auto all = box.definitions();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "z");
  CHECK(all[1].name == "a");
  CHECK(all[2].name == "m");
  CHECK_FALSE(box.add(std::vector{echo("new"), echo("z")}));
}
