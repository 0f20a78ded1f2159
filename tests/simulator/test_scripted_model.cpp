#include "simulator/scripted_model.hpp"
#include "simulator/token_size.hpp"
#include "tests/simulator/conversation.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using nlohmann::json;

namespace {

json arguments(const tool_call& call) {
  return json::parse(call.arguments_json);
}

chat_request with_file_tools(std::string text) {
  chat_request request = question(std::move(text));
  request.tools = file_tools();
  return request;
}

/// Lets a project of `files` equal files answer each call, until the model answers or `turns_max`.
struct loop_outcome {
  chat_reply last;
  int turns = 0;
  std::set<std::string> tools_used;
  std::set<std::string> files_read;
};

std::string result_of(const tool_call& call, int files) {
  if (call.name == "list_files") {
    std::string listing;
    for (int i = 0; i < files; ++i)
      listing += "src/file_" + std::to_string(i) + ".cpp, 40 bytes\n";
    return listing;
  }
  if (call.name == "read_file")
    return arguments(call)["path"].get<std::string>()
           + ", lines 1-2 of 2\n1: int shared_name();\n"
             "2: // TODO: finish\n";
  return "1 lines in 1 files contain it\nsrc/file_0.cpp:1: int shared_name();\n";
}

loop_outcome run_loop(chat_request request, const script_options& options, int files) {
  constexpr int turns_max = 20;
  loop_outcome outcome;
  while (outcome.turns < turns_max) {
    ++outcome.turns;
    outcome.last = compose_reply(request, options);
    const auto& calls = outcome.last.message.tool_calls;
    if (calls.empty())
      return outcome;
    std::vector<std::string> results;
    for (const tool_call& call : calls) {
      outcome.tools_used.insert(call.name);
      if (call.name == "read_file")
        outcome.files_read.insert(arguments(call)["path"].get<std::string>());
      results.push_back(result_of(call, files));
    }
    answer_calls(request, calls, results);
  }
  return outcome;
}

} // namespace

TEST_CASE("without tools the answer is made of the question") {
  const auto reply = compose_reply(question("How do limiters work? Explain backpressure."), {});
  CHECK(reply.finish == finish_reason::stop);
  CHECK(reply.finish_native == "stop");
  CHECK(reply.message.role == chat_role::assistant);
  CHECK(reply.message.text.find("How do limiters work?") != std::string::npos);
  CHECK(reply.message.text.find("backpressure") != std::string::npos);
  CHECK(reply.message.tool_calls.empty());
}

TEST_CASE("equal requests give equal replies, another seed or question another") {
  const auto request = with_file_tools("Study the project.");
  script_options options;
  const auto reply = compose_reply(request, options);
  CHECK(reply.message == compose_reply(request, options).message);
  options.seed = 2;
  CHECK_FALSE(reply.message == compose_reply(request, options).message);
}

TEST_CASE("an answer without tools is about as long as asked for") {
  script_options options;
  options.answer_tokens_min = options.answer_tokens_max = 500;
  const auto reply = compose_reply(question("Tell me about actors. And about mailboxes."), options);
  CHECK(reply.usage.output.value() >= 500);
  CHECK(reply.usage.output.value() < 600);
}

TEST_CASE("several answers to one question are each drawn anew, and all are billed") {
  auto request = question("Tell me about actors. And about mailboxes.");
  const auto one = compose_reply(request, {});
  request.choices = 3;
  const auto three = compose_reply(request, {});
  CHECK(three.message == one.message);
  REQUIRE(three.alternatives.size() == 2);
  CHECK(three.alternatives[0].message.text != one.message.text);
  token_count written = one.usage.output;
  for (const chat_choice& other : three.alternatives)
    written += output_tokens(other.message);
  CHECK(three.usage.output == written);
  CHECK(three.usage.input == one.usage.input);
}

TEST_CASE("with file tools the model lists, reads, searches, and then answers from what it saw") {
  const auto outcome = run_loop(with_file_tools("Study the project."), {}, 9);
  CHECK(outcome.last.finish == finish_reason::stop);
  CHECK(outcome.tools_used == std::set<std::string>{"list_files", "read_file", "search_files"});
  CHECK(outcome.files_read.size() >= 2);
  const std::string& text = outcome.last.message.text;
  CHECK(text.find("The listing names 9 files.") != std::string::npos);
  for (const std::string& file : outcome.files_read)
    CHECK(text.find("`" + file + "` has 2 lines") != std::string::npos);
  CHECK(text.find("TODO: finish") != std::string::npos);
  CHECK(text.find("Searching for `shared_name` gave 1 lines, first: src/file_0.cpp:1")
        != std::string::npos);
}

TEST_CASE("every conversation ends in an answer within a few turns") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    script_options options;
    options.seed = seed;
    auto request = with_file_tools("Question " + std::to_string(seed));
    request.parallel_tool_calls = seed % 2 == 0;
    const auto outcome = run_loop(request, options, static_cast<int>(seed % 12));
    INFO("seed " << seed);
    REQUIRE(outcome.last.message.tool_calls.empty());
    REQUIRE(outcome.turns <= options.tools.rounds_max + 1);
    REQUIRE_FALSE(outcome.last.message.text.empty());
  }
}

TEST_CASE("calls carry distinct ids and come alone where parallel calls are forbidden") {
  bool parallel_seen = false;
  for (const bool parallel : {true, false}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      auto request = with_file_tools("Study the project.");
      request.parallel_tool_calls = parallel;
      script_options options;
      options.seed = seed;
      answer_calls(request, {{"c1", "list_files", "{}"}}, {result_of({"", "list_files", ""}, 8)});
      const auto calls = compose_reply(request, options).message.tool_calls;
      std::set<std::string> ids;
      for (const tool_call& call : calls)
        ids.insert(call.id);
      CHECK(ids.size() == calls.size());
      parallel_seen = parallel_seen || calls.size() > 1;
      if (!parallel)
        CHECK(calls.size() == 1);
    }
  }
  CHECK(parallel_seen);
}

TEST_CASE("files the question points at are read first") {
  auto request = with_file_tools("Explain the limiter.");
  answer_calls(request, {{"c1", "list_files", "{}"}},
               {"a/one.cpp\nb/two.cpp\nc/three.cpp\nd/four.cpp\nactors/limiter.cpp\n"});
  const auto calls = compose_reply(request, {}).message.tool_calls;
  REQUIRE_FALSE(calls.empty());
  CHECK(arguments(calls[0])["path"] == "actors/limiter.cpp");
}

TEST_CASE("a tool that fails is not called again with the same arguments") {
  auto request = with_file_tools("Read notes.txt please.");
  std::set<std::pair<std::string, std::string>> made;
  for (int turn = 0; turn < 10; ++turn) {
    const auto reply = compose_reply(request, {});
    if (reply.message.tool_calls.empty()) {
      CHECK(reply.message.text.find("tool calls failed, the first with: error: no")
            != std::string::npos);
      return;
    }
    std::vector<std::string> results;
    for (const tool_call& call : reply.message.tool_calls) {
      CHECK(made.emplace(call.name, call.arguments_json).second);
      results.push_back("error: no");
    }
    answer_calls(request, reply.message.tool_calls, results);
  }
  FAIL("no answer within 10 turns");
}

TEST_CASE("tools of unknown purpose are asked once each and quoted") {
  auto request = question("What is the weather in Lisbon?");
  request.tools = {tool("get_weather", R"("city":{"type":"string"},"days":{"type":"integer",
                        "minimum":1})",
                        R"("city","days")")};
  const auto calls = compose_reply(request, {}).message.tool_calls;
  REQUIRE(calls.size() == 1);
  CHECK(arguments(calls[0])["days"] == 1);
  CHECK(arguments(calls[0])["city"].is_string());
  answer_calls(request, calls, {"22 degrees, sunny"});
  CHECK(compose_reply(request, {}).message.text.find("`get_weather` answered: 22 degrees, sunny")
        != std::string::npos);
}

TEST_CASE("tool choice is obeyed") {
  auto request = with_file_tools("Study.");
  request.choice = tool_choice{tool_choice_mode::none, ""};
  CHECK(compose_reply(request, {}).message.tool_calls.empty());
  request.choice = tool_choice{tool_choice_mode::named, "search_files"};
  const auto named = compose_reply(request, {}).message.tool_calls;
  REQUIRE(named.size() == 1);
  CHECK(named[0].name == "search_files");
  CHECK_FALSE(arguments(named[0])["text"].get<std::string>().empty());
  // All there is has been learnt, but the caller insists.
  request.choice = tool_choice{tool_choice_mode::required, ""};
  script_options tired;
  tired.tools.rounds_max = 0;
  CHECK(compose_reply(request, tired).message.tool_calls.size() == 1);
}

TEST_CASE("the bound on output tokens cuts the reply between characters") {
  auto request = question("Größe und Maß: ein Text voller Umlaute, äöüäöüäöüäöüäöüäöü.");
  for (const std::int64_t most : {1, 2, 3, 7, 20}) {
    request.output_tokens_max = token_count{most};
    const auto reply = compose_reply(request, {});
    CHECK(reply.finish == finish_reason::length);
    CHECK(reply.finish_native == "length");
    CHECK(reply.usage.output == token_count{most});
    CHECK(reply.message.text.size() <= static_cast<std::size_t>(most) * 4);
    CHECK(json::accept(json(reply.message.text).dump()));
  }
}

TEST_CASE("tool calls that do not fit the bound end the reply by length") {
  auto request = with_file_tools("Study.");
  request.output_tokens_max = token_count{1};
  const auto reply = compose_reply(request, {});
  CHECK(reply.finish == finish_reason::length);
  CHECK(reply.message.tool_calls.empty());
  CHECK(reply.usage.output == token_count{1});
}

TEST_CASE("stop strings end the text") {
  auto request = question("Alpha beta gamma.");
  request.stop = {"beta"};
  const auto reply = compose_reply(request, {});
  CHECK(reply.message.text == "In short: Alpha ");
  CHECK(reply.finish == finish_reason::stop);
}

TEST_CASE("a response schema is satisfied by the smallest object") {
  auto request = question("Rate it.");
  request.response_schema_json = R"({"type":"object","properties":{"score":{"type":"integer",
      "minimum":1},"why":{"type":"string"}},"required":["score","why"]})";
  const auto reply = json::parse(compose_reply(request, {}).message.text);
  CHECK(reply == json::parse(R"({"score":1,"why":"Rate it."})"));
}

TEST_CASE("usage is a quarter of the bytes, whole request and tools included") {
  chat_request request;
  request.messages = {user(std::string(41, 'x'))};
  CHECK(input_tokens(request) == token_count{11 + 3});
  request.tools = {{"abcd", "efgh", std::string(8, 'p')}};
  CHECK(input_tokens(request) == token_count{15 + 3});
  const auto reply = compose_reply(request, {});
  CHECK(reply.usage.input == billed_tokens(request));
  CHECK(reply.usage.output == output_tokens(reply.message));
  CHECK_FALSE(reply.usage.estimated);
}

TEST_CASE("an empty conversation is answered too") {
  CHECK_FALSE(compose_reply({}, {}).message.text.empty());
}
