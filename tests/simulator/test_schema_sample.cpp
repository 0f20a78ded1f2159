#include "simulator/schema_sample.hpp"
#include "simulator/tool_role.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace spillway::simulator;
using nlohmann::json;

namespace {

json sample(const std::string& schema, const sample_hints& hints = {}) {
  return json::parse(sample_json(schema, hints));
}

} // namespace

TEST_CASE("each schema gets its smallest instance") {
  const struct {
    const char* schema;
    const char* instance;
  } rows[] = {
      {R"({"type":"object"})", "{}"},
      {R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},
          "required":["a"]})",
       R"({"a":"text"})"},
      {R"({"type":"integer","minimum":3})", "3"},
      {R"({"type":"integer","exclusiveMinimum":3})", "4"},
      {R"({"type":"integer","maximum":-2})", "-2"},
      {R"({"type":"integer","minimum":4,"multipleOf":5})", "5"},
      {R"({"type":"number"})", "0.0"},
      {R"({"type":"boolean"})", "false"},
      {R"({"type":"null"})", "null"},
      {R"({"enum":["red","blue"]})", R"("red")"},
      {R"({"const":42})", "42"},
      {R"({"type":["null","string"]})", R"("text")"},
      {R"({"type":"array","items":{"type":"boolean"},"minItems":2})", "[false,false]"},
      {R"({"type":"array","items":{"type":"boolean"}})", "[]"},
      {R"({"type":"string","minLength":6})", R"("textxx")"},
      {R"({"type":"string","maxLength":2})", R"("te")"},
      {R"({"type":"string","format":"date"})", R"("2026-01-31")"},
      {R"({"anyOf":[{"type":"integer"},{"type":"string"}]})", "0"},
      {R"({"properties":{"x":{"type":"boolean"}},"required":["x"]})", R"({"x":false})"},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(sample(row.schema) == json::parse(row.instance));
  }
}

TEST_CASE("local references and merged parts are followed") {
  CHECK(sample(R"({"$defs":{"p":{"type":"object","properties":{"n":{"type":"integer"}},
                   "required":["n"]}},"type":"object","properties":{"p":{"$ref":"#/$defs/p"}},
                   "required":["p"]})")
        == json::parse(R"({"p":{"n":0}})"));
  CHECK(sample(R"({"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},
                   "required":["a"]},{"properties":{"b":{"type":"boolean"}},"required":["b"]}]})")
        == json::parse(R"({"a":0,"b":false})"));
}

TEST_CASE("hints fill properties by name, demanded ones only where demanded") {
  const sample_hints hints{{{names_a_search_text, "needle"}}, {{names_a_path, "."}}, "other"};
  const std::string schema = R"({"type":"object","properties":{"query":{"type":"string"},
      "path":{"type":"string"},"label":{"type":"string"}})";
  CHECK(sample(schema + "}", hints) == json::parse(R"({"query":"needle"})"));
  CHECK(sample(schema + R"(,"required":["path","label"]})", hints)
        == json::parse(R"({"query":"needle","path":".","label":"other"})"));
}

TEST_CASE("no schema, however odd, breaks the sampler") {
  for (const char* schema :
       {"", "null", "[]", "{", "\"x\"", R"({"type":5})", R"({"$ref":"#bad"})",
        R"({"$ref":"http://elsewhere"})", R"({"$ref":7})", R"({"allOf":[{"required":"a"}]})",
        R"({"required":5,"properties":[]})", R"({"type":"integer","minimum":1e300})",
        R"({"type":"array","minItems":100000000,"items":false})",
        R"({"type":"object","properties":{"self":{"$ref":"#"}},"required":["self"]})"}) {
    INFO(schema);
    CHECK(json::accept(sample_json(schema, {})));
  }
}
