#include "core/chat_delta.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

TEST_CASE("Texts of one answer are put together", "[core][delta]") {
  reply_assembler a;
  CHECK_FALSE(a.has_content());
  a.add({.text = "Hel"});
  a.add({.text = "lo", .refusal = "n"});
  a.add({.refusal = "o"});
  a.end(0, finish_reason::length, "max");
  const chat_reply reply = a.take();
  CHECK(reply.message.role == chat_role::assistant);
  CHECK(reply.message.text == "Hello");
  CHECK(reply.refusal == "no");
  CHECK(reply.finish == finish_reason::length);
  CHECK(reply.finish_native == "max");
}

TEST_CASE("A call's id and name are those of its first piece", "[core][delta]") {
  reply_assembler a;
  a.add({.tool_calls = {{0, "c1", "f", "{\"x\""}, {1, "c2", "g", "{}"}}});
  a.add({.tool_calls = {{0, "other", "again", ":1}", "sig"}}});
  REQUIRE(a.tool_calls(0).size() == 2);
  CHECK(a.tool_calls(1).empty());
  const chat_reply reply = a.take();
  CHECK(reply.message.tool_calls
        == std::vector<tool_call>{{"c1", "f", "{\"x\":1}", "sig"}, {"c2", "g", "{}"}});
}

TEST_CASE("A stop with calls is a call for tools, a cut is not", "[core][delta]") {
  const auto [ended, expected] = GENERATE(table<finish_reason, finish_reason>({
      {finish_reason::stop, finish_reason::tool_calls},
      {finish_reason::length, finish_reason::length},
      {finish_reason::content_filter, finish_reason::content_filter},
  }));
  reply_assembler a;
  a.add({.tool_calls = {{0, "c", "f", "{}"}}});
  a.end(0, ended, "word");
  CHECK(a.take().finish == expected);
}

TEST_CASE("The last word on an answer's end counts, unless it is empty", "[core][delta]") {
  reply_assembler a;
  CHECK_FALSE(a.has_ended());
  a.end(0, finish_reason::stop, "first");
  a.end(0, finish_reason::length, "");
  CHECK(a.has_ended());
  const chat_reply reply = a.take();
  CHECK(reply.finish == finish_reason::length);
  CHECK(reply.finish_native == "first");
}

TEST_CASE("Answers that come interleaved are kept apart", "[core][delta]") {
  reply_assembler a;
  a.add({.choice = 2, .text = "c"});
  a.add({.choice = 0, .text = "a"});
  a.add({.choice = 2, .text = "C"});
  a.end(2, finish_reason::length, "length");
  const chat_reply reply = a.take();
  CHECK(reply.message.text == "a");
  REQUIRE(reply.alternatives.size() == 2);
  CHECK(reply.alternatives[0].message.text.empty());
  CHECK(reply.alternatives[1].message.text == "cC");
  CHECK(reply.alternatives[1].finish == finish_reason::length);
}

TEST_CASE("A signature ends a block of reasoning", "[core][delta]") {
  reply_assembler a;
  a.add({.reasoning = "fi"});
  a.add({.reasoning = "rst"});
  a.add({.reasoning_signature = "s1", .reasoning_dialect = "anthropic"});
  a.add({.reasoning = "second"});
  a.add({.redacted_reasoning = "xx"});
  a.add({.reasoning = "third"});
  CHECK(a.take().message.reasoning
        == std::vector<reasoning_block>{
            {"first", "s1", "", "anthropic"}, {"second"}, {"", "", "xx"}, {"third"}});
}

TEST_CASE("A whole reply taken apart and put together is the same", "[core][delta]") {
  chat_reply reply;
  reply.message = {chat_role::assistant, "text", "", {{"c1", "f", "{}", "sig"}, {"c2", "g", ""}}, ""};
  reply.message.reasoning = {{"a", "s", "", "gemini"}, {"", "", "xx"}, {"b"}};
  reply.refusal = "partly";
  reply.finish = finish_reason::tool_calls;
  reply.alternatives.push_back({{chat_role::assistant, "other", "", {}, ""}, ""});
  reply_assembler a;
  for (const chat_delta& d : deltas_of(reply))
    a.add(d);
  const chat_reply again = a.take();
  CHECK(again.message == reply.message);
  CHECK(again.refusal == reply.refusal);
  CHECK(again.alternatives.at(0).message == reply.alternatives.at(0).message);
}

TEST_CASE("An empty reply is no delta, and no stream an empty reply", "[core][delta]") {
  CHECK(deltas_of({}).empty());
  reply_assembler a;
  CHECK(a.take().message.text.empty());
}
