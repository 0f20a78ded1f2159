#include "wire/openai/batch.hpp"
#include "wire/openai/model_list.hpp"

#include <catch2/catch.hpp>

using namespace spillway::wire::openai;

TEST_CASE("A call of a job survives being written and read", "[wire][openai][batch]") {
  std::string file;
  append_batch_call(file, {"id \"1\"", "/v1/chat/completions", R"({"model":"m"})"});
  append_batch_call(file, {"2", "/v1/embeddings", "{}"});
  const std::size_t end = file.find('\n');
  REQUIRE(file.ends_with('\n'));
  const auto first = decode_batch_call(std::string_view{file}.substr(0, end));
  REQUIRE(first);
  CHECK(first->custom_id == "id \"1\"");
  CHECK(first->url == "/v1/chat/completions");
  CHECK(first->body == R"({"model":"m"})");
  CHECK(decode_batch_call(std::string_view{file}.substr(end + 1))->custom_id == "2");
}

TEST_CASE("A bad call of a job names the field", "[wire][openai][batch]") {
  const auto [line, says] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON"},
      {"[]", "custom_id"},
      {R"({"method":"POST","url":"/v1/x","body":{}})", "custom_id is missing"},
      {R"({"custom_id":"1","method":"GET","url":"/v1/x","body":{}})", "method must be POST"},
      {R"({"custom_id":"1","method":"POST","url":"/v1/x"})", "body is missing"},
      {R"({"custom_id":"1","method":"POST","url":"/v1/x","body":[]})", "body must be an object"},
  }));
  CAPTURE(line);
  const auto call = decode_batch_call(line);
  REQUIRE_FALSE(call);
  CHECK_THAT(call.failure().message, Catch::Contains(says) || Catch::Contains("document"));
}

TEST_CASE("Outcomes are replies or failures", "[wire][openai][batch]") {
  const auto reply = decode_batch_outcome(R"({"id":"b","custom_id":"1","response":{
    "status_code":200,"request_id":"r","body":{"id":"c1","choices":[]}},"error":null})");
  REQUIRE(reply);
  CHECK(reply->custom_id == "1");
  CHECK(reply->status == 200);
  CHECK(reply->body == R"({"choices":[],"id":"c1"})");
  CHECK(reply->failure.empty());
  const auto expired = decode_batch_outcome(R"({"custom_id":"2","response":null,
    "error":{"code":"batch_expired","message":"too late"}})");
  REQUIRE(expired);
  CHECK(expired->status == 0);
  CHECK(expired->failure == "batch_expired: too late");
  CHECK_FALSE(decode_batch_outcome(R"({"custom_id":"3"})"));
  CHECK_FALSE(decode_batch_outcome("{"));
}

TEST_CASE("Outcomes survive being written and read", "[wire][openai][batch]") {
  const std::vector<batch_outcome> outcomes{
      {"1", 429, R"({"error":null})", ""}, {"2", 0, "", "batch_expired: too late: by far"}};
  for (const batch_outcome& outcome : outcomes) {
    std::string file;
    append_batch_outcome(file, outcome);
    const auto again = decode_batch_outcome(file);
    REQUIRE(again);
    CHECK(again->custom_id == outcome.custom_id);
    CHECK(again->status == outcome.status);
    CHECK(again->body == outcome.body);
    CHECK(again->failure == outcome.failure);
  }
}

TEST_CASE("A list of models is read as vendors and local servers send it", "[wire][openai]") {
  const auto models = decode_model_list(encode_model_list({{"a", "openai"}, {"b", ""}}));
  REQUIRE(models);
  REQUIRE(models->size() == 2);
  CHECK((*models)[0].id == "a");
  CHECK((*models)[0].owner == "openai");
  CHECK(decode_model_list(R"({"data":[{"id":"qwen3:8b"}]})")->at(0).owner.empty());
  CHECK_FALSE(decode_model_list(R"({"data":[{}]})"));
  CHECK_FALSE(decode_model_list(R"({"error":{}})"));
  CHECK_FALSE(decode_model_list("<html>"));
}

TEST_CASE("A line may be a request with a name of its own", "[wire][openai][batch]") {
  const auto call = decode_batch_call(
      R"({"custom_id":"7","model":"m","messages":[{"role":"user","content":"q"}]})");
  REQUIRE(call);
  CHECK(call->custom_id == "7");
  CHECK(call->url == "/v1/chat/completions");
  CHECK(call->body == R"({"messages":[{"content":"q","role":"user"}],"model":"m"})");
  const auto nameless = decode_batch_call(R"({"model":"m","messages":[]})");
  REQUIRE_FALSE(nameless);
  CHECK(nameless.failure().message == "custom_id is missing; expected a string");
}
