#include "tests/simulator/provider_bench.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::simulator;
using namespace spillway::simulator::testing;
using nlohmann::json;

namespace {

wire::http_request post(std::string body) {
  wire::http_request request{"POST", "/v1/responses", {}, std::move(body)};
  request.headers.add("Authorization", "Bearer anything");
  return request;
}

const std::string hello = R"({"model":"m","input":"Hello there."})";

} // namespace

TEST_CASE("OpenAI's newer API is answered in its own shape") {
  bench b;
  const auto response = b.exchange(post(hello));
  REQUIRE(response.status == 200);
  const json body = json::parse(response.body);
  CHECK(body.at("object") == "response");
  CHECK(body.at("model") == "m");
  CHECK(body.at("status") == "completed");
  CHECK_FALSE(body.at("output").back().at("content").at(0).at("text").get<std::string>().empty());
  CHECK(body.at("usage").at("input_tokens") > 0);
  CHECK(b.statistics().models.at("m").requests == 1);
}

TEST_CASE("OpenAI's newer API streams its events, the last of which has the usage") {
  bench b;
  const auto stream = b.streamed(post(R"({"model":"m","input":"Hello there.","stream":true})"));
  CHECK(stream.bytes.starts_with("event: response.created\n"));
  CHECK(stream.bytes.find("event: response.output_text.delta\n") != std::string::npos);
  const std::size_t last = stream.bytes.find("event: response.completed\n");
  REQUIRE(last != std::string::npos);
  CHECK(stream.bytes.find("output_tokens", last) != std::string::npos);
}

TEST_CASE("OpenAI's newer API refuses what it does not know in OpenAI's words") {
  bench b;
  const auto malformed = b.exchange(post(R"({"model":"m","input":7})"));
  CHECK(malformed.status == 400);
  CHECK(json::parse(malformed.body).at("error").at("type") == "invalid_request_error");
  CHECK(b.exchange(post(R"({"model":"none","input":"a"})")).status == 404);
}
