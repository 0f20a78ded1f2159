#include "core/tokens/embedding_count.hpp"

#include "core/tokens/bpe.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

namespace {

model_entry embedder(const std::string& upstream_name) {
  model_entry m;
  m.upstream_name = upstream_name;
  return m;
}

} // namespace

TEST_CASE("inputs of a model whose encoding we have are counted exactly") {
  embedding_request request;
  request.inputs = {{"a river", {}}, {"Which rivers are long, and which are deep?", {}}};
  const auto c = tokens::count_inputs(embedder("text-embedding-3-small"), request);
  const auto exact = [](std::string_view text) {
    return token_count{tokens::count(tokens::encoding::cl100k_base, text)};
  };
  CHECK(c.likely == exact("a river") + exact("Which rivers are long, and which are deep?"));
  CHECK(c.at_most == c.likely);
  CHECK(c.longest == exact("Which rivers are long, and which are deep?"));
  CHECK(c.on_arrival >= c.likely);
}

TEST_CASE("others are estimated, and for money every byte may be a token") {
  embedding_request request;
  request.inputs = {{std::string(400, 'x'), {}}};
  const auto c = tokens::count_inputs(embedder("gemini-embedding-001"), request);
  CHECK(c.at_most >= token_count{400});
  CHECK(c.likely < c.at_most);
}

TEST_CASE("tokens that were counted out are as many as they are") {
  embedding_request request;
  request.inputs = {{"", {1, 2, 3}}, {"", {4}}};
  const auto c = tokens::count_inputs(embedder("text-embedding-3-small"), request);
  CHECK(c.likely == token_count{4});
  CHECK(c.longest == token_count{3});
}
