#include "core/capabilities.hpp"

#include <catch2/catch.hpp>

using namespace spillway;

namespace {

chat_request with_part(content_part::kind what) {
  chat_request r;
  r.messages.push_back({chat_role::user, "look", {}, {}, {}});
  r.messages.back().parts.push_back({what});
  return r;
}

} // namespace

TEST_CASE("only a model for embeddings embeds") {
  capabilities can;
  CHECK(lacking(can, embedding_request{}) == "is a model for chat, not for embeddings");
  can.kind = model_kind::embedding;
  CHECK(lacking(can, embedding_request{}).empty());
}

TEST_CASE("a request names what a model lacks for it") {
  capabilities plain;
  plain.input = {modality::text};
  plain.tools = false;
  plain.json_schema = false;
  chat_request r;
  CHECK(lacking(plain, r).empty());
  CHECK(lacking(plain, with_part(content_part::kind::image)) == "takes no images");
  CHECK(lacking(plain, with_part(content_part::kind::audio)) == "takes no audio");
  CHECK(lacking(plain, with_part(content_part::kind::file)) == "takes no files");
  r.tools.push_back({"read", "", ""});
  CHECK(lacking(plain, r) == "has no tools");
  r.tools.clear();
  r.response_schema_json = "{}";
  CHECK(lacking(plain, r) == "cannot hold its reply to a JSON schema");
}

TEST_CASE("what is not known of a model rules nothing out") {
  const capabilities unknown;
  chat_request r = with_part(content_part::kind::image);
  r.tools.push_back({"read", "", ""});
  r.response_schema_json = "{}";
  CHECK(lacking(unknown, r).empty());
}

TEST_CASE("a chat goes to models of either API for chats, and to no others") {
  capabilities other;
  other.kind = model_kind::embedding;
  CHECK(lacking(other, chat_request{}) == "is a model for embedding, not for chat");
  other.kind = model_kind::chat;
  other.endpoints = {endpoint::embeddings};
  CHECK(lacking(other, chat_request{}) == "has no chat completions");
  CHECK_FALSE(speaks_responses_only(other));
  other.endpoints = {endpoint::responses};
  CHECK(lacking(other, chat_request{}).empty());
  CHECK(speaks_responses_only(other));
  other.endpoints = {endpoint::chat, endpoint::responses};
  CHECK(lacking(other, chat_request{}).empty());
  CHECK_FALSE(speaks_responses_only(other));
  CHECK_FALSE(speaks_responses_only({}));
}

TEST_CASE("a model that gives one answer is not asked for several") {
  capabilities one;
  one.several_answers = false;
  chat_request r;
  CHECK(lacking(one, r).empty());
  r.choices = 3;
  CHECK(lacking(one, r) == "gives one answer to a request, not 3");
  CHECK(lacking({}, r).empty());
  capabilities newer;
  newer.endpoints = {endpoint::responses};
  CHECK(lacking(newer, r) == "gives one answer to a request, not 3");
}

TEST_CASE("what a codec can leave out is no need") {
  capabilities c;
  c.temperature = false;
  c.reasoning = false;
  chat_request r;
  r.temperature = 0.2;
  r.effort = reasoning_effort::high;
  CHECK(lacking(c, r).empty());
}
