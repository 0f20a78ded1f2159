#include "agents/tool_arguments.hpp"

#include <catch2/catch.hpp>

#include <string>

using spillway::agents::tool_arguments;

TEST_CASE("arguments are read by name and type") {
  const auto parsed = tool_arguments::parse(R"({"s":"text","i":-7,"whole":3.0,"r":2.5,"b":true,)"
                                            R"("n":null,"a":[1],"u":18446744073709551615})");
  REQUIRE(parsed);
  CHECK(parsed->text("s") == std::optional<std::string>{"text"});
  CHECK(parsed->integer("i") == std::optional<std::int64_t>{-7});
  CHECK(parsed->integer("whole") == std::optional<std::int64_t>{3});
  CHECK_FALSE(parsed->integer("r"));
  CHECK(parsed->number("r") == std::optional<double>{2.5});
  CHECK(parsed->number("i") == std::optional<double>{-7.0});
  CHECK(parsed->flag("b") == std::optional<bool>{true});
  CHECK_FALSE(parsed->integer("u"));
  for (const char* name : {"n", "a", "missing", "i"})
    CHECK_FALSE(parsed->text(name));
}

TEST_CASE("only a JSON object of bounded depth is taken") {
  for (const char* text : {"", "[]", "1", "{", "{\"a\":1} x", "\"s\"", "null"}) {
    INFO(text);
    CHECK_FALSE(tool_arguments::parse(text));
  }
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const auto refused = tool_arguments::parse(deep);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message == "the arguments are nested too deeply");
}
