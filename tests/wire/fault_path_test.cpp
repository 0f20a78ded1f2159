#include "wire/fault_path.hpp"

#include "wire/anthropic/chat_request.hpp"
#include "wire/openai/chat_request.hpp"
#include "wire/openai/embeddings.hpp"
#include "wire/openai/response_request.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

using namespace spillway;
using wire::path_in_fault;

namespace {

template <class Result>
std::string path_of(const Result& read) {
  REQUIRE(!read);
  return std::string{path_in_fault(read.failure().message)};
}

} // namespace

TEST_CASE("what a decoder refuses is found by its path") {
  const auto [body, path] = GENERATE(table<std::string, std::string>({
      {R"({"messages":[{"role":"user","content":"x"}]})", "model"},
      {R"({"model":5,"messages":[{"role":"user","content":"x"}]})", "model"},
      {R"({"model":"m","messages":"x"})", "messages"},
      {R"({"model":"m","messages":[]})", "messages"},
      {R"({"model":"m","messages":[{"role":"usr","content":"x"}]})", "messages[0].role"},
      {R"({"model":"m","messages":[{"role":"user","content":[{"type":"x"}]}]})",
       "messages[0].content[0].type"},
      {R"({"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]})", "max_tokens"},
      {R"({"model":"m","functions":[],"messages":[{"role":"user","content":"x"}]})", "functions"},
      {"[]", ""},
      {"{", ""},
  }));
  INFO(body);
  CHECK(path_of(wire::openai::decode_chat_request(body)) == path);
}

TEST_CASE("every dialect tells the place of a fault") {
  CHECK(path_of(wire::openai::decode_response_request(R"({"model":"m","input":[{"type":"x"}]})"))
        == "input[0].type");
  CHECK(path_of(wire::openai::decode_embedding_request(R"({"model":"m","input":[]})")) == "input");
  CHECK(path_of(wire::anthropic::decode_chat_request(
            R"({"model":"m","messages":[{"role":"user","content":"x"}]})", {}))
        == "max_tokens");
}

TEST_CASE("prose is no path") {
  for (const char* text : {"", "model", "JSON is nested deeper than 128 levels",
                           "not valid JSON: unexpected at byte 3",
                           "the request body must be a JSON object", " must be", "a budget is x"})
    CHECK(path_in_fault(text).empty());
  CHECK(path_in_fault("x-spillway-priority must be low, normal or high")
        == "x-spillway-priority");
  CHECK(path_in_fault("x-spillway-max-cost is no control; there are ...") == "x-spillway-max-cost");
}
