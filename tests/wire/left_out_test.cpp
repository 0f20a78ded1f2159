#include "wire/left_out.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::wire;
using names = std::vector<std::string>;

namespace {

/// Asks for everything that some vendor cannot say.
chat_request demanding() {
  chat_request request;
  chat_message& turn = request.messages.emplace_back();
  turn.name = "bob";
  turn.parts = {{.what = content_part::kind::foreign, .text = "{}", .name = "anthropic"}};
  request.tools.push_back({"f", {}, {}});
  request.parallel_tool_calls = false;
  request.temperature = 1.5;
  request.top_p = 0.5;
  request.top_k = 40;
  request.seed = 7;
  request.stop = {"x"};
  request.effort = reasoning_effort::high;
  request.presence_penalty = 0.5;
  request.frequency_penalty = 0.5;
  request.choices = 2;
  request.logprobs = true;
  request.tier = service_tier::flex;
  request.foreign = {"anthropic",
                     R"({"mcp_servers":[],"thinking":{},"output_config":{},"anthropic-beta":"b"})"};
  return request;
}

} // namespace

TEST_CASE("What a dialect has words for is not left out", "[wire]") {
  CHECK(left_out(demanding(), {.dialect = "anthropic"}).empty());
  CHECK(left_out({}, {}).empty());
}

TEST_CASE("What a dialect has no word for is named as the caller names it", "[wire]") {
  vocabulary none{.dialect = "openai"};
  for (bool vocabulary::* word :
       {&vocabulary::seed, &vocabulary::stop, &vocabulary::several, &vocabulary::sampling,
        &vocabulary::top_k, &vocabulary::penalties, &vocabulary::logprobs, &vocabulary::effort,
        &vocabulary::single_calls, &vocabulary::names, &vocabulary::flex, &vocabulary::priority})
    none.*word = false;
  CHECK(left_out(demanding(), none)
        == names{"seed", "stop", "n", "temperature", "top_p", "top_k", "presence_penalty",
                 "frequency_penalty", "logprobs", "reasoning_effort", "parallel_tool_calls",
                 "service_tier", "messages.name", "messages.content", "mcp_servers"});
  CHECK(left_out({}, none).empty());
}

TEST_CASE("A temperature that is taken for a lower one is named", "[wire]") {
  chat_request request;
  request.temperature = 1.5;
  CHECK(left_out(request, {.temperature_max = 1.0}) == names{"temperature"});
  request.temperature = 1.0;
  CHECK(left_out(request, {.temperature_max = 1.0}).empty());
}

TEST_CASE("What asks for nothing is not missed", "[wire]") {
  chat_request request;
  request.presence_penalty = 0;
  request.logprobs = false;
  request.effort = reasoning_effort::none;
  request.parallel_tool_calls = false; // without tools
  request.foreign = {"openai", "no JSON"};
  CHECK(left_out(request, {.penalties = false, .logprobs = false, .effort = false,
                           .single_calls = false})
            .empty());
}
