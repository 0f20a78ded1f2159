#include "core/bounds.hpp"
#include "tests/support/recorded.hpp"
#include "wire/gemini/batch_job.hpp"
#include "wire/gemini/chat_reply.hpp"
#include "wire/gemini/chat_request.hpp"
#include "wire/gemini/count_tokens.hpp"
#include "wire/gemini/embeddings.hpp"
#include "wire/gemini/model_list.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::gemini;
using nlohmann::json;

namespace {

chat_request asking(std::string text) {
  chat_request request;
  request.messages.push_back({chat_role::user, std::move(text), {}, {}, {}});
  return request;
}

template <class T>
std::string refusal(const result<T>& r) {
  REQUIRE_FALSE(r);
  return r.failure().message;
}

} // namespace

TEST_CASE("A token count asks for all of the prompt", "[wire][gemini]") {
  const std::string body = encode_count_request(asking("hi"), "gemini-2.5-flash");
  CHECK(json::parse(body) == json::parse(R"({"generateContentRequest":{
    "model":"models/gemini-2.5-flash","contents":[{"role":"user","parts":[{"text":"hi"}]}]}})"));
  CHECK(decode_count_request(body)->messages == asking("hi").messages);
  CHECK(decode_count_request(R"({"contents":[{"parts":[{"text":"hi"}]}]})")->messages
        == asking("hi").messages);
  CHECK(refusal(decode_count_request(R"({"content":[]})")) == "content is an unknown name");
  CHECK(*decode_count_reply(encode_count_reply(token_count{7})) == token_count{7});
  CHECK(*decode_count_reply("{}") == token_count{});
  CHECK(refusal(decode_count_reply(R"({"totalTokens":-1})"))
        == "totalTokens must be a number of tokens");
}

TEST_CASE("Recorded counts and vectors are read as their recorder read them", "[wire][gemini]") {
  int seen = 0;
  for (const auto& r : spillway::testing::all_recorded(SPILLWAY_FIXTURES, "gemini")) {
    if (r.row["api"] == "count_tokens") {
      CHECK(decode_count_reply(r.response.body)->value() == r.row["expect"]["input_tokens"]);
      CHECK(decode_count_request(r.request_body));
      ++seen;
    } else if (r.row["api"] == "batchEmbedContents") {
      const auto reply = decode_embedding_reply(r.response.body);
      REQUIRE(reply);
      CHECK(reply->vectors.size() == r.row["expect"]["vectors"]);
      CHECK(reply->vectors[0].size() == r.row["expect"]["dimensions"]);
      const auto request = decode_embedding_request(r.request_body);
      REQUIRE(request);
      CHECK(request->dimensions == 768);
      CHECK(request->task == "RETRIEVAL_QUERY");
      CHECK(request->inputs == std::vector<embedding_input>{{"Hello, world!", {}}});
      ++seen;
    }
  }
  CHECK(seen == 2);
}

TEST_CASE("A page of models is read and written", "[wire][gemini]") {
  const model_page page{{{"gemini-2.5-flash", "Flash", token_count{1'048'576}, token_count{65'536},
                          {"generateContent", "countTokens"}, true}},
                        "next"};
  CHECK(*decode_model_page(encode_model_page(page)) == page);
  CHECK(decode_model_page("{}")->models.empty());
  CHECK(refusal(decode_model_page(R"({"models":[{"name":"m","inputTokenLimit":"x"}]})"))
        == "models[0].inputTokenLimit must be a whole number");
  CHECK(refusal(decode_model_page(R"({"models":[{}]})"))
        == "models[0].name is missing; expected a string");
}

TEST_CASE("Texts to embed are asked for in one batch", "[wire][gemini]") {
  const embedding_request request{{{"a", {}}, {"b", {}}}, 64, "RETRIEVAL_DOCUMENT", {}};
  const std::string body = encode_embedding_request(request, "gemini-embedding-001");
  CHECK(json::parse(body)["requests"][1] == json::parse(R"({"model":"models/gemini-embedding-001",
    "content":{"parts":[{"text":"b"}]},"outputDimensionality":64,
    "taskType":"RETRIEVAL_DOCUMENT"})"));
  const auto read = decode_embedding_request(body);
  REQUIRE(read);
  CHECK(read->inputs == request.inputs);
  CHECK(read->dimensions == request.dimensions);
  CHECK(read->task == request.task);
  CHECK(decode_embedding_request(R"({"content":{"parts":[{"text":"a"},{"text":"b"}]}})")->inputs
        == std::vector<embedding_input>{{"ab", {}}});
}

TEST_CASE("Vectors are read one or many, their usage ours to count", "[wire][gemini]") {
  embedding_reply reply;
  reply.vectors = {{0.5F, -1.0F}, {2.0F}};
  const auto many = decode_embedding_reply(encode_embedding_reply(reply, true));
  REQUIRE(many);
  CHECK(many->vectors == reply.vectors);
  CHECK(many->usage.estimated);
  CHECK(decode_embedding_reply(encode_embedding_reply(reply, false))->vectors
        == std::vector<std::vector<float>>{{0.5F, -1.0F}});
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"{}", "embeddings must hold at least one vector"},
      {R"({"embeddings":[{}]})", "embeddings[0].values must hold at least one number"},
      {R"({"embeddings":[{"values":[1,"x"]}]})", "embeddings[0].values[1] must be a number"},
      {R"({"embedding":{"values":{}}})", "embedding.values must be an array"},
  }));
  CHECK(refusal(decode_embedding_reply(body)) == expected);
}

TEST_CASE("Requests for vectors are refused by the path of what is wrong", "[wire][gemini]") {
  json too_many = {{"requests", json::array()}};
  for (std::size_t i = 0; i <= bounds::embedding_inputs_max; ++i)
    too_many["requests"].push_back(json::object());
  CHECK(refusal(decode_embedding_request(too_many.dump())) == "requests holds more than 2048 inputs");
  CHECK(refusal(decode_embedding_request(R"({"requests":[]})"))
        == "requests must hold at least one input");
  CHECK(refusal(decode_embedding_request(R"({"requests":[{"content":{"parts":[{}]}}]})"))
        == "requests[0].content.parts[0].text is missing; expected a string");
  CHECK(refusal(decode_embedding_request(R"({"requests":[{"input":"a"}]})"))
        == "requests[0].input is an unknown name");
}

TEST_CASE("A line of a batch's input names its call", "[wire][gemini]") {
  const std::string line = encode_batch_line(
      "k1", encode_chat_request(asking("hi"), "gemini-2.5-flash", token_count{9}));
  CHECK(line.back() == '\n');
  const auto read = decode_batch_line(line);
  REQUIRE(read);
  CHECK(read->key == "k1");
  CHECK(read->request.messages == asking("hi").messages);
  CHECK(read->request.output_tokens_max == token_count{9});
  CHECK(refusal(decode_batch_line(R"({"key":"k"})")) == "request is missing; expected an object");
  CHECK(refusal(decode_batch_line(R"({"key":"k","request":{"contents":[7]}})"))
        == "request.contents[0] must be an object");
}

TEST_CASE("A batch answers each call with a reply or an error", "[wire][gemini]") {
  const auto good = decode_batch_answer(
      R"({"key":"k1","response":{"candidates":[{"content":{"parts":[{"text":"hi"}]},
          "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}}})");
  REQUIRE(good);
  CHECK(good->key == "k1");
  const auto& reply = std::get<chat_reply>(good->outcome);
  CHECK(reply.message.text == "hi");
  CHECK(reply.usage.tier == service_tier::batch);
  const auto bad = decode_batch_answer(
      R"({"metadata":{"key":"k2"},"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}})");
  REQUIRE(bad);
  CHECK(bad->key == "k2");
  CHECK(std::get<error_body>(bad->outcome).status == "INVALID_ARGUMENT");
  CHECK(refusal(decode_batch_answer(R"({"key":"k","response":{}})"))
        == "response: candidates is empty, or holds none that says anything or why not");
}

TEST_CASE("How a batch stands is read from its operation", "[wire][gemini]") {
  CHECK(json::parse(encode_batch_job("nightly", "files/abc"))
        == json::parse(
            R"({"batch":{"displayName":"nightly","inputConfig":{"fileName":"files/abc"}}})"));
  const auto done = decode_batch_job(R"({"name":"batches/1","done":true,
    "metadata":{"state":"BATCH_STATE_SUCCEEDED","batchStats":{"requestCount":"3",
      "successfulRequestCount":"2","failedRequestCount":1}},
    "response":{"responsesFile":"files/batch-1"}})");
  REQUIRE(done);
  CHECK(done->state == batch_state::succeeded);
  CHECK(done->answers_file == "files/batch-1");
  CHECK(done->calls == 3);
  CHECK(done->answered == 2);
  CHECK(done->failed == 1);
  const auto failed = decode_batch_job(
      R"({"name":"batches/1","metadata":{"state":"NEW_STATE"},"error":{"message":"no"}})");
  REQUIRE(failed);
  CHECK(failed->state == batch_state::failed);
  CHECK(failed->problem == "no");
  CHECK(decode_batch_job(R"({"name":"b","metadata":{"state":"JOB_STATE_QUEUED"}})")->state
        == batch_state::pending);
  CHECK(refusal(decode_batch_job("{}")) == "name is missing; expected a string");
  CHECK(std::string{to_string(batch_state::expired)} == "expired");
}
