#include "wire/access/key_json.hpp"
#include "wire/access/key_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::wire;

namespace {

access::virtual_key of(const key_text& minted) {
  return {minted.id, "bot", minted.salt, minted.digest};
}

} // namespace

TEST_CASE("a key is known by its text, and by no other") {
  const key_text first = *mint_key();
  const key_text second = *mint_key();
  CHECK(first.text.reveal().starts_with("sk-spill-" + first.id + "-"));
  CHECK(key_id_in(first.text.reveal()) == first.id);
  CHECK(is_key_of(of(first), fingerprint_key(first.text.reveal())));
  CHECK_FALSE(is_key_of(of(first), fingerprint_key(second.text.reveal())));
  CHECK_FALSE(is_key_of(of(first), {}));
  std::string changed = first.text.reveal();
  changed.back() = changed.back() == '0' ? '1' : '0';
  CHECK_FALSE(is_key_of(of(first), fingerprint_key(changed)));
  CHECK(first.id != second.id);
  CHECK(first.salt != second.salt);
  CHECK(first.digest.find(first.text.reveal()) == std::string::npos);
}

TEST_CASE("a key that is rotated keeps its id and nothing else") {
  const key_text first = *mint_key();
  const key_text next = *mint_key(first.id);
  CHECK(next.id == first.id);
  CHECK_FALSE(is_key_of(of(next), fingerprint_key(first.text.reveal())));
}

TEST_CASE("the digest is SHA-256 of the salt and of SHA-256 of the text, in hexadecimal digits") {
  // printf abc | sha256sum; then that behind "00": printf 00ba78... | sha256sum
  const std::string fingerprint = fingerprint_key("abc");
  CHECK(fingerprint == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const access::virtual_key key{"id", "bot", "00", "c1c95cdd31feb6d3a6c7edd0216c78e3e3fe88a9de4d778dcf5d79f77c466acc"};
  CHECK(is_key_of(key, fingerprint));
}

TEST_CASE("what is no virtual key has no id") {
  const std::string good = (*mint_key()).text.reveal();
  CHECK(key_id_in("").empty());
  CHECK(key_id_in("sk-proj-abc").empty());
  CHECK(key_id_in(good.substr(1)).empty());
  CHECK(key_id_in(good + "0").empty());
  CHECK(key_id_in(good.substr(0, good.size() - 1) + "g").empty());
  std::string upper = good;
  upper[9] = 'A';
  CHECK(key_id_in(upper).empty());
}

TEST_CASE("a wish for a key is read, and what it does not know is refused") {
  const auto key = decode_key_wish(R"({"name":"bot","models":["default"],"tags":["nightly"],
    "expires_at":"2027-01-31T00:00:00Z","requests_per_minute":60,"tokens_per_minute":9000,
    "concurrent_requests":4,"budgets_usd":{"day":5,"month":99.5}})");
  REQUIRE(key);
  CHECK(key->name == "bot");
  CHECK(key->targets == std::vector<std::string>{"default"});
  CHECK(key->tags == std::vector<std::string>{"nightly"});
  CHECK(key->expires.has_value());
  CHECK(key->limits == rate::limits{60, 9000, {}, 4});
  CHECK(key->budgets
        == std::vector<access::key_budget>{{money::period::day, nano_usd{5'000'000'000}},
                                           {money::period::month, nano_usd{99'500'000'000}}});
  for (const char* wrong :
       {"", "[]", "{}", R"({"name":7})", R"({"name":"a/b"})", R"({"name":"a","rpm":7})",
        R"({"name":"a","models":"all"})", R"({"name":"a","tags":[1]})",
        R"({"name":"a","requests_per_minute":0})", R"({"name":"a","tokens_per_minute":1.5})",
        R"({"name":"a","expires_at":"soon"})", R"({"name":"a","budgets_usd":{"total":1}})",
        R"({"name":"a","budgets_usd":{"day":"5"}})", R"({"name":"a","budgets_usd":5})"}) {
    INFO(wrong);
    CHECK_FALSE(decode_key_wish(wrong));
  }
}

TEST_CASE("a key is told without its salt and digest, and its text only once") {
  const key_text minted = *mint_key();
  const std::string listed = encode_keys({of(minted)}, {});
  CHECK(listed.find(minted.salt) == std::string::npos);
  CHECK(listed.find(minted.digest) == std::string::npos);
  const auto parsed = nlohmann::json::parse(listed).at("keys").at(0);
  CHECK(parsed.at("id") == minted.id);
  CHECK(parsed.at("state") == "live");
  CHECK(parsed.at("expires_at").is_null());
  CHECK_FALSE(parsed.contains("key"));
  const auto shown = nlohmann::json::parse(encode_key(of(minted), {}, minted.text));
  CHECK(shown.at("key") == minted.text.reveal());
}
