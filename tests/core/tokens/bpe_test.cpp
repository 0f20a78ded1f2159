#include "core/tokens/bpe.hpp"
#include "core/tokens/utf8.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <sstream>

using namespace spillway::tokens;

namespace {

struct vector_case {
  std::string text;
  std::map<encoding, std::vector<token_id>> tokens;
};

std::string unhex(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

std::vector<token_id> numbers(const std::string& list) {
  std::vector<token_id> out;
  std::istringstream in{list};
  for (std::string item; std::getline(in, item, ',');)
    if (item != "-")
      out.push_back(static_cast<token_id>(std::stoul(item)));
  return out;
}

// What tiktoken 0.14.0 says: tests/core/tokens/make_vectors.
const std::vector<vector_case>& vectors() {
  static const std::vector<vector_case> all = [] {
    std::ifstream file{SPILLWAY_TOKEN_VECTORS};
    std::vector<vector_case> read;
    for (std::string hex, o200k, cl100k, p50k, r50k; file >> hex >> o200k >> cl100k >> p50k >> r50k;)
      read.push_back({unhex(hex),
                      {{encoding::o200k_base, numbers(o200k)},
                       {encoding::o200k_harmony, numbers(o200k)},
                       {encoding::cl100k_base, numbers(cl100k)},
                       {encoding::p50k_base, numbers(p50k)},
                       {encoding::p50k_edit, numbers(p50k)},
                       {encoding::r50k_base, numbers(r50k)},
                       {encoding::gpt2, numbers(r50k)}}});
    return read;
  }();
  return all;
}

constexpr encoding distinct[] = {encoding::o200k_base, encoding::cl100k_base, encoding::p50k_base,
                                 encoding::r50k_base};

} // namespace

TEST_CASE("Every text of the reference vectors gives the reference's tokens") {
  REQUIRE(vectors().size() > 400);
  for (const vector_case& v : vectors()) {
    CAPTURE(v.text);
    for (const encoding e : all_encodings) {
      CAPTURE(to_string(e));
      CHECK(encode(e, v.text) == v.tokens.at(e));
    }
  }
}

TEST_CASE("A count is the number of tokens, cached or not") {
  for (const encoding e : distinct)
    for (int round = 0; round < 2; ++round)
      for (const vector_case& v : vectors()) {
        CAPTURE(v.text, to_string(e));
        CHECK(count(e, v.text) == static_cast<std::int64_t>(encode(e, v.text).size()));
      }
}

TEST_CASE("Tokens give back the text they come from, ill-formed parts as U+FFFD") {
  for (const encoding e : distinct)
    for (const vector_case& v : vectors()) {
      CAPTURE(v.text, to_string(e));
      const auto back = decode(e, encode(e, v.text));
      REQUIRE(back);
      CHECK(*back == with_replacements(v.text));
    }
}

TEST_CASE("A limited count is exact up to its limit and above it beyond") {
  for (const encoding e : distinct)
    for (const vector_case& v : vectors()) {
      const std::int64_t all = count(e, v.text);
      CAPTURE(v.text, to_string(e), all);
      CHECK(count_up_to(e, v.text, all) == all);
      if (all > 0)
        CHECK(count_up_to(e, v.text, all - 1) > all - 1);
    }
}

TEST_CASE("A text cut to some tokens never has more, and ends between characters") {
  for (const encoding e : distinct)
    for (const vector_case& v : vectors())
      for (const std::int64_t allowed : {0, 1, 2, 3, 7, 20, 1000}) {
        CAPTURE(v.text, to_string(e), allowed);
        const std::string_view head = truncate_head(e, v.text, allowed);
        const std::string_view tail = truncate_tail(e, v.text, allowed);
        CHECK(count(e, head) <= allowed);
        CHECK(count(e, tail) <= allowed);
        CHECK(std::string_view{v.text}.starts_with(head));
        CHECK(std::string_view{v.text}.ends_with(tail));
        if (is_utf8(v.text))
          CHECK((is_utf8(head) && is_utf8(tail)));
        if (count(e, v.text) <= allowed)
          CHECK((head == v.text && tail == v.text));
      }
}

TEST_CASE("Prose cut to some tokens keeps as many") {
  std::string text;
  for (int i = 0; i < 2'000; ++i)
    text += "The quick brown fox, aged " + std::to_string(i) + ", jumps over 13 lazy dogs.\n";
  for (const encoding e : distinct)
    for (const std::int64_t allowed : {10, 99, 1'000, 10'007}) {
      CHECK(count(e, truncate_head(e, text, allowed)) >= allowed - 2);
      CHECK(count(e, truncate_tail(e, text, allowed)) >= allowed - 2);
    }
}

TEST_CASE("Special tokens are plain text in and named out") {
  CHECK(count(encoding::o200k_base, "<|endoftext|>") == 7);
  const token_id specials[] = {199'999, 200'018};
  CHECK(*decode(encoding::o200k_base, specials) == "<|endoftext|><|endofprompt|>");
  const token_id older[] = {50'255, 50'256, 50'257};
  CHECK(*decode(encoding::p50k_base, older) == " gazed<|endoftext|>  ");
  const token_id harmony[] = {200'006, 200'013, 200'008};
  CHECK(*decode(encoding::o200k_harmony, harmony) == "<|start|><|reserved_200013|><|message|>");
}

TEST_CASE("A number that is no token cannot be decoded, and the error names it") {
  const token_id wrong[] = {1, 200'019};
  const auto text = decode(encoding::o200k_base, wrong);
  REQUIRE(!text);
  CHECK(text.failure().message.find("200019") != std::string::npos);
}

TEST_CASE("Models count in their encodings") {
  CHECK(encoding_of_model("gpt-4o-mini") == encoding::o200k_base);
  CHECK(encoding_of_model("gpt-5.2-pro") == encoding::o200k_base);
  CHECK(encoding_of_model("o3") == encoding::o200k_base);
  CHECK(encoding_of_model("gpt-4-0613") == encoding::cl100k_base);
  CHECK(encoding_of_model("ft:gpt-4o-mini:acme::1") == encoding::o200k_base);
  CHECK(encoding_of_model("ft:gpt-4:acme::1") == encoding::cl100k_base);
  CHECK(encoding_of_model("gpt-oss-120b") == encoding::o200k_harmony);
  CHECK(encoding_of_model("text-embedding-3-small") == encoding::cl100k_base);
  CHECK(!encoding_of_model("claude-sonnet-4-5"));
  CHECK(!encoding_of_model("davinci"));
  CHECK(encoding_named("o200k_harmony") == encoding::o200k_harmony);
  CHECK(!encoding_named("o200k"));
}
