#include "core/tokens/estimator.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

TEST_CASE("every part of a prompt counts") {
  chat_request r;
  r.messages.push_back({chat_role::user, std::string(400, 'x'), {}, {}, {}});
  const auto base = tokens::estimate_input(r);
  auto grows = [&](const chat_request& larger) {
    const auto e = tokens::estimate_input(larger);
    return e.likely > base.likely && e.at_most > base.at_most;
  };
  chat_request with_tool = r;
  with_tool.tools.push_back({"read", "reads", R"({"type":"object"})"});
  CHECK(grows(with_tool));
  chat_request with_call = r;
  with_call.messages[0].tool_calls.push_back({"c1", "read", "{}"});
  CHECK(grows(with_call));
  chat_request with_schema = r;
  with_schema.response_schema_json = R"({"type":"object"})";
  CHECK(grows(with_schema));
}

TEST_CASE("the likely count is about a quarter of the bytes, the bound one token a byte") {
  chat_request r;
  r.messages.push_back({chat_role::user, std::string(40'000, 'x'), {}, {}, {}});
  const auto e = tokens::estimate_input(r);
  CHECK(e.likely >= token_count{10'000});
  CHECK(e.likely <= token_count{10'100});
  CHECK(e.at_most >= token_count{40'000});
}
