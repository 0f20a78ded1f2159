#include "providers/recorded_body.hpp"
#include "providers/registry.hpp"
#include "tests/support/recorded.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::providers;
using nlohmann::json;

namespace {

std::shared_ptr<const codec> speaker() {
  return *make_codec("openai", {}, {});
}

received_reply read(const wire::http_response& response, bool streamed, std::size_t chunk) {
  const auto codec = speaker();
  recorded_body body{*codec, {response.status, response.headers, {}}, streamed, {}};
  for (std::size_t at = 0; at < response.body.size(); at += chunk)
    body.feed(std::string_view{response.body}.substr(at, chunk));
  return body.finish();
}

std::string thoughts(const chat_message& message) {
  std::string text;
  for (const reasoning_block& block : message.reasoning)
    text += block.text;
  return text;
}

void check_usage(const token_usage& read, const json& expected) {
  REQUIRE(read.estimated == expected.is_null());
  if (read.estimated)
    return;
  CHECK(read.input.value() == expected["input"]);
  CHECK(read.cached_input.value() == expected["cached"]);
  CHECK(read.cache_write.value() == expected["cache_write"]);
  CHECK(read.output.value() == expected["output"]);
  CHECK(read.reasoning.value() == expected["reasoning"]);
}

void check_calls(const std::vector<tool_call>& read, const json& expected) {
  REQUIRE(read.size() == expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].id == expected[i]["id"]);
    CHECK(read[i].name == expected[i]["name"]);
    CHECK(read[i].arguments_json == expected[i]["arguments"]);
  }
}

} // namespace

TEST_CASE("Every recorded body is read as its recorder read it, in pieces of any size",
          "[providers]") {
  const std::size_t chunk = GENERATE(1, 7, 4096);
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    CAPTURE(r.row["id"], chunk);
    const received_reply read_back = read(r.response, r.row["streaming"], chunk);
    const json& expected = r.row["expect"];
    CHECK(read_back.failure.has_value() == (r.response.status != 200));
    if (read_back.failure)
      continue;
    const chat_reply& reply = read_back.reply;
    CHECK(reply.model_reported == expected["model"]);
    CHECK(reply.message.text == expected.value("text", ""));
    CHECK(thoughts(reply.message) == expected.value("reasoning_text", ""));
    CHECK(to_string(reply.finish) == expected["finish"]);
    CHECK(reply.finish_native == expected["finish_native"]);
    check_calls(reply.message.tool_calls, expected["tool_calls"]);
    check_usage(reply.usage, expected.value("usage", json()));
  }
}

TEST_CASE("A stream cut at any byte keeps what came before and says so", "[providers]") {
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "openai")) {
    if (r.row["id"] != "openai/llama_index_complete_stream")
      continue;
    const std::string whole = r.row["expect"]["text"];
    const std::size_t finish = r.response.body.find(R"("finish_reason":"length")");
    for (std::size_t end = 0; end < finish; end += 13) {
      wire::http_response cut = r.response;
      cut.body.resize(end);
      const received_reply read_back = read(cut, true, 64);
      CAPTURE(end);
      REQUIRE(read_back.failure);
      CHECK(read_back.failure->kind == failure_kind::interrupted);
      CHECK(whole.starts_with(read_back.reply.message.text));
      CHECK(read_back.reply.finish_native.empty());
      CHECK(read_back.reply.usage.estimated);
    }
  }
}

TEST_CASE("A body that is no stream after all is read whole, blanks before it or not",
          "[providers]") {
  const std::string body = R"({"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]})";
  for (const std::size_t chunk : {1, 5, 4096})
    for (const char* before : {"", " \n"}) {
      const received_reply whole = read({200, {}, before + body}, true, chunk);
      CHECK_FALSE(whole.failure);
      CHECK(whole.reply.message.text == "hi");
      const received_reply error =
          read({200, {}, before + std::string{"{\"error\":1x"}}, true, chunk);
      REQUIRE(error.failure);
      CHECK(error.failure->kind == failure_kind::malformed_reply);
      CHECK_THAT(error.failure->message, Catch::Contains("byte 11"));
    }
}

TEST_CASE("A body of an error is read whole, stream or not", "[providers]") {
  for (const bool streamed : {false, true}) {
    const received_reply read_back =
        read({429, {}, R"({"error":{"message":"slow","type":"tokens"}})"}, streamed, 3);
    REQUIRE(read_back.failure);
    CHECK(read_back.failure->kind == failure_kind::rate_limited);
    CHECK(read_back.failure->refused_by == rate::dimension::tokens_per_minute);
    CHECK(read_back.reply.usage.estimated);
  }
}
