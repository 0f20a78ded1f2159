#include "simulator/embeddings.hpp"
#include "simulator/provider.hpp"
#include "tests/simulator/virtual_time.hpp"
#include "wire/openai/embeddings.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>

using namespace spillway;
using namespace spillway::simulator;
using namespace std::chrono_literals;

namespace {

float likeness(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

embedding_reply embedded(std::vector<embedding_input> inputs) {
  embedding_request request;
  request.inputs = std::move(inputs);
  return embed(request);
}

/// A provider of one model "m" that answers at once; `exchange` asks it.
wire::http_response exchange(quota_rules quota, const std::string& body, int times = 1) {
  simulator::testing::virtual_time time;
  provider_options options;
  options.models["m"].quota = quota;
  options.clock = [&] { return time.now(); };
  options.schedule = time.schedule();
  provider p{options};
  wire::http_response last;
  for (int i = 0; i < times; ++i) {
    wire::http_request request{"POST", "/v1/embeddings", {}, body};
    request.headers.add("authorization", "Bearer anything");
    p.handler()(request, [&](transport::http_server_reply reply) {
      last = std::get<wire::http_response>(std::move(reply));
    });
    time.run_for(10s);
  }
  return last;
}

} // namespace

TEST_CASE("vectors have length 1, and are the same for the same text") {
  const auto reply = embedded({{"the gate opens", {}}, {"the gate opens", {}}, {"", {}}});
  REQUIRE(reply.vectors.size() == 3);
  for (const auto& v : reply.vectors) {
    CHECK(v.size() == 1536);
    CHECK(likeness(v, v) == Approx(1.0F).epsilon(1e-4));
  }
  CHECK(reply.vectors[0] == reply.vectors[1]);
}

TEST_CASE("texts that share words are nearer") {
  const auto v = embedded({{"the spillway gate opens", {}},
                           {"The gate of the spillway", {}},
                           {"bananas are yellow", {}}})
                     .vectors;
  CHECK(likeness(v[0], v[1]) > likeness(v[0], v[2]) + 0.3F);
}

TEST_CASE("dimensions are as asked, and tokens count themselves") {
  embedding_request request{{{"abcdefgh", {}}, {"", {1, 2, 3}}}, 8, {}, {}};
  CHECK(embed(request).vectors[0].size() == 8);
  CHECK(simulator::input_tokens(request) == token_count{5});
}

TEST_CASE("the endpoint answers in the notation that was asked for and enforces limits") {
  const std::string body = R"({"model":"m","input":["a b","c"],"encoding_format":"base64"})";
  const auto response = exchange({}, body);
  CHECK(response.status == 200);
  const auto reply = wire::openai::decode_embedding_reply(response.body);
  REQUIRE(reply);
  CHECK(reply->vectors.size() == 2);
  CHECK(reply->model_reported == "m");
  CHECK(reply->usage.input == token_count{2});
  quota_rules one;
  one.requests_per_minute = 1;
  one.window = window_kind::sliding;
  CHECK(exchange(one, body, 2).status == 429);
  CHECK(exchange({}, R"({"model":"m"})").status == 400);
  CHECK(exchange({}, R"({"model":"other","input":"x"})").status == 404);
}
