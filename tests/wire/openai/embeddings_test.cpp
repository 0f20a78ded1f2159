#include "core/bounds.hpp"
#include "wire/openai/embeddings.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire::openai;
using nlohmann::json;

namespace {

decoded_embedding_request request_of(const std::string& rest) {
  const auto read = decode_embedding_request(R"({"model":"m",)" + rest + '}');
  INFO((read ? std::string{} : read.failure().message));
  REQUIRE(read);
  return *read;
}

std::vector<embedding_input> inputs_of(const std::string& input) {
  return request_of(R"("input":)" + input).request.inputs;
}

} // namespace

TEST_CASE("Inputs may be a text, texts, tokens or lists of tokens", "[wire][openai]") {
  CHECK(inputs_of(R"("hi")") == std::vector<embedding_input>{{"hi", {}}});
  CHECK(inputs_of(R"(["a","b"])") == std::vector<embedding_input>{{"a", {}}, {"b", {}}});
  CHECK(inputs_of("[1,2,3]") == std::vector<embedding_input>{{"", {1, 2, 3}}});
  CHECK(inputs_of("[[1],[2,3]]") == std::vector<embedding_input>{{"", {1}}, {"", {2, 3}}});
}

TEST_CASE("A request for vectors survives being written and read", "[wire][openai]") {
  const embedding_request first{{{"a", {}}, {"", {7, 8}}}, 256, {}, "ann"};
  const auto again = decode_embedding_request(encode_embedding_request(first, "m"));
  REQUIRE(again);
  CHECK(again->model == "m");
  CHECK(again->base64);
  CHECK(again->request.inputs == first.inputs);
  CHECK(again->request.dimensions == 256);
  CHECK(again->request.user == "ann");
}

TEST_CASE("Vectors are wanted as numbers unless the caller says base64", "[wire][openai]") {
  CHECK_FALSE(request_of(R"("input":"x")").base64);
  CHECK_FALSE(request_of(R"("input":"x","encoding_format":"float")").base64);
  CHECK(request_of(R"("input":"x","encoding_format":"base64")").base64);
}

TEST_CASE("A bad request for vectors names the field", "[wire][openai]") {
  const auto [fields, message] = GENERATE(table<std::string, std::string>({
      {R"("input":"x")", "model is missing"},
      {R"("model":"m")", "input must be a string or a list"},
      {R"("model":"m","input":[])", "input must be a string or a list"},
      {R"("model":"m","input":7)", "input must be a string or a list"},
      {R"("model":"m","input":["a",7])", "input[1] must be a string"},
      {R"("model":"m","input":[1,-2])", "input[1] must be a token"},
      {R"("model":"m","input":[1,2.5])", "input[1] must be"},
      {R"("model":"m","input":[1,9999999999])", "input[1] must be a token"},
      {R"("model":"m","input":[[1],[]])", "input[1] must not be empty"},
      {R"("model":"m","input":"x","dimensions":0)", "dimensions must be"},
      {R"("model":"m","input":"x","encoding_format":"int8")", "encoding_format must be"},
  }));
  CAPTURE(fields);
  const auto read = decode_embedding_request('{' + fields + '}');
  REQUIRE_FALSE(read);
  CHECK_THAT(read.failure().message, Catch::StartsWith(message));
}

TEST_CASE("More inputs than the vendor takes are refused", "[wire][openai]") {
  json body = {{"model", "m"}, {"input", json::array()}};
  for (std::size_t i = 0; i < bounds::embedding_inputs_max; ++i)
    body["input"].push_back("x");
  CHECK(decode_embedding_request(body.dump()));
  body["input"].push_back("x");
  CHECK_FALSE(decode_embedding_request(body.dump()));
}

TEST_CASE("A reply survives in both notations", "[wire][openai]") {
  const bool base64 = GENERATE(false, true);
  embedding_reply first;
  first.vectors = {{0.5F, -1.25F, 3e-9F}, {1, 2, 3}};
  first.model_reported = "m-1";
  first.usage.input = token_count{7};
  const std::string body = encode_embedding_reply(first, base64);
  CHECK(json::parse(body)["data"][0]["embedding"].is_string() == base64);
  CHECK(json::parse(body)["usage"] == json::parse(R"({"prompt_tokens":7,"total_tokens":7})"));
  const auto again = decode_embedding_reply(body);
  REQUIRE(again);
  CHECK(again->vectors == first.vectors);
  CHECK(again->model_reported == "m-1");
  CHECK(again->usage == first.usage);
}

TEST_CASE("Base64 is little-endian floats", "[wire][openai]") {
  const auto reply = decode_embedding_reply(R"({"data":[{"index":0,"embedding":"AACAPwAAAMA="}]})");
  REQUIRE(reply);
  CHECK(reply->vectors == std::vector<std::vector<float>>{{1.0F, -2.0F}});
  CHECK(reply->usage.estimated);
}

TEST_CASE("Vectors are put into the order of their index", "[wire][openai]") {
  const auto reply = decode_embedding_reply(
      R"({"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]})");
  REQUIRE(reply);
  CHECK(reply->vectors == std::vector<std::vector<float>>{{1}, {2}});
}

TEST_CASE("What holds no vectors is refused with its path", "[wire][openai]") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {"", "not valid JSON"},
      {"[]", "must be a JSON object"},
      {R"({"error":{"message":"no"}})", "holds an error"},
      {"{}", "data is missing"},
      {R"({"data":[{"index":0,"embedding":"###"}]})", "data[0].embedding must be base64"},
      {R"({"data":[{"index":0,"embedding":"AAA="}]})", "data[0].embedding must be base64"},
      {R"({"data":[{"index":0,"embedding":["x"]}]})", "data[0].embedding[0] must be a number"},
      {R"({"data":[{"index":0,"embedding":[]}]})", "data[0].embedding must be a vector"},
      {R"({"data":[{"index":2,"embedding":[1]}]})", "data[0].index must be below"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})",
       "data must hold one vector"},
  }));
  CAPTURE(body);
  const auto reply = decode_embedding_reply(body);
  REQUIRE_FALSE(reply);
  CHECK_THAT(reply.failure().message, Catch::Contains(message));
}
