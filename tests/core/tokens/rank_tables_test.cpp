#include "core/tokens/rank_tables.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include <map>
#include <random>
#include <set>

using namespace spillway::tokens;

namespace {

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  out.resize(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size())));
  return out;
}

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  REQUIRE(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

std::string tiktoken_file(const rank_tables& ranks) {
  std::string text;
  for (token_id id = 0; id < ranks.size(); ++id)
    if (!ranks.bytes_of(id).empty())
      text += base64(ranks.bytes_of(id)) + " " + std::to_string(id) + "\n";
  return text;
}

} // namespace

TEST_CASE("The rank tables give back tiktoken's files") {
  // core/tokens/ranks/PROVENANCE.md says where these come from.
  CHECK(sha256(tiktoken_file(o200k_tables()))
        == "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d");
  CHECK(sha256(tiktoken_file(cl100k_tables()))
        == "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7");
  CHECK(sha256(tiktoken_file(p50k_tables()))
        == "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069");
  CHECK(sha256(tiktoken_file(r50k_tables()))
        == "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930");
}

TEST_CASE("Every token is found by its own bytes") {
  for (const rank_tables* ranks :
       {&o200k_tables(), &cl100k_tables(), &p50k_tables(), &r50k_tables()}) {
    token_id wrong = 0;
    for (token_id id = 0; id < ranks->size(); ++id) {
      const std::string_view text = ranks->bytes_of(id);
      if (text.empty())
        continue;
      const auto match = ranks->longest(text.data(), text.data() + text.size());
      wrong += match.token != id || match.size != text.size() || ranks->record(id).size != text.size();
      if (text.size() > 1)
        wrong += ranks->merge_of(ranks->record(id).first_parts[0], ranks->record(id).second_parts[0])
                 != id;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("A short text is known to be a token exactly if it is one") {
  for (const rank_tables* ranks : {&o200k_tables(), &r50k_tables()}) {
    std::set<std::string_view> shorts;
    for (token_id id = 0; id < ranks->size(); ++id)
      shorts.insert(ranks->bytes_of(id));
    const auto known = [&](std::string_view text) {
      char padded[16] = {};
      text.copy(padded, sizeof padded);
      const short_key key = short_key::of(padded, text.size());
      return ranks->has(key, key.hash());
    };
    std::size_t wrong = 0;
    for (const std::string_view token : shorts)
      for (std::size_t size = 1; size <= std::min(token.size(), short_key::size_max); ++size)
        wrong += known(token.substr(0, size)) != shorts.contains(token.substr(0, size));
    CHECK(wrong == 0);
  }
}

TEST_CASE("The longest token and the next shorter one are the longest there are") {
  const rank_tables& ranks = cl100k_tables();
  std::map<std::string_view, token_id> ids;
  for (token_id id = 0; id < ranks.size(); ++id)
    ids[ranks.bytes_of(id)] = id;
  const auto longest = [&](std::string_view text) {
    while (!ids.contains(text))
      text.remove_suffix(1);
    return ids[text];
  };
  std::mt19937 chance{5};
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::size_t n = 1 + chance() % 3; n > 0; --n)
      text += ranks.bytes_of(chance() % ranks.size());
    CAPTURE(text);
    const auto found = ranks.longest(text.data(), text.data() + text.size());
    REQUIRE(found.token == longest(text));
    REQUIRE(found.size == ranks.bytes_of(found.token).size());
    if (found.size > 1)
      REQUIRE(ranks.record(found.token).shorter == longest(text.substr(0, found.size - 1)));
  }
}
