#include "storage/key_store.hpp"

#include "tests/storage/scratch.hpp"


using namespace spillway;
using namespace spillway::tests;
using namespace std::chrono_literals;

namespace {

access::virtual_key full_key() {
  access::virtual_key key{"0123456789ab", "bot", "aa", "bb", noon};
  key.expires = noon + 24h;
  key.targets = {"default", "gpt-4o"};
  key.tags = {"nightly", "b:c"};
  key.limits = {60, 9000, {}, 4};
  key.budgets = {{money::period::day, nano_usd{5}}, {money::period::month, nano_usd{7}}};
  return key;
}

std::unique_ptr<storage::key_store> open_keys(const scratch& s) {
  auto opened = storage::key_store::open(storage::key_store::path_beside(s.file()));
  if (!opened)
    FAIL(opened.failure().message);
  return std::move(*opened);
}

access::virtual_key named(const char* id, const char* name) {
  return {id, name, "aa", "bb", noon};
}

} // namespace

TEST_CASE("keys come back as they were") {
  const scratch s;
  REQUIRE(open_keys(s)->add(full_key(), noon));
  CHECK(*open_keys(s)->load() == std::vector{full_key()});
}

TEST_CASE("the file is for its owner alone") {
  const scratch s;
  open_keys(s);
  const auto mode =
      std::filesystem::status(storage::key_store::path_beside(s.file())).permissions();
  CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  CHECK((mode & std::filesystem::perms::group_all) == std::filesystem::perms::none);
}

TEST_CASE("a name belongs to one key until it is revoked") {
  const scratch s;
  const auto store = open_keys(s);
  REQUIRE(store->add(named("1", "bot"), noon));
  const auto again = store->add(named("2", "bot"), noon);
  REQUIRE_FALSE(again);
  CHECK(again.failure().message.find("rotate") != std::string::npos);
  CHECK(store->load()->size() == 1);
  const auto revoked = store->revoke("1", noon + 1s);
  REQUIRE(revoked);
  CHECK(revoked->revoked == noon + 1s);
  CHECK(store->revoke("1", noon + 9s)->revoked == noon + 1s);
  CHECK(store->add(named("2", "bot"), noon));
  CHECK_FALSE(store->revoke("3", noon));
}

TEST_CASE("a key that is rotated has another digest and all else as before") {
  const scratch s;
  const auto store = open_keys(s);
  REQUIRE(store->add(full_key(), noon));
  access::virtual_key expected = full_key();
  expected.salt = "cc";
  expected.digest = "dd";
  CHECK(*store->rotate(expected.id, "cc", "dd", noon) == expected);
  CHECK(*store->load() == std::vector{expected});
  CHECK_FALSE(store->rotate(expected.id, "ee", "ff", noon + 24h));
  CHECK_FALSE(store->rotate("none", "ee", "ff", noon));
}

TEST_CASE("what another process changes is noticed once") {
  const scratch s;
  const auto gateway = open_keys(s);
  const auto command = open_keys(s);
  REQUIRE(gateway->was_changed_elsewhere());
  CHECK_FALSE(*gateway->was_changed_elsewhere());
  REQUIRE(command->add(named("1", "bot"), noon));
  CHECK(*gateway->was_changed_elsewhere());
  CHECK_FALSE(*gateway->was_changed_elsewhere());
  REQUIRE(gateway->add(named("2", "cat"), noon));
  CHECK_FALSE(*gateway->was_changed_elsewhere());
  CHECK(gateway->load()->size() == 2);
}

TEST_CASE("a key that makes no sense is not kept") {
  const scratch s;
  CHECK_FALSE(open_keys(s)->add(named("1", ""), noon));
  CHECK(open_keys(s)->load()->empty());
}

TEST_CASE("keys of a newer schema are left alone") {
  const scratch s;
  open_keys(s);
  exec_in(storage::key_store::path_beside(s.file()), "pragma user_version = 9");
  const auto opened = storage::key_store::open(storage::key_store::path_beside(s.file()));
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().message.find("newer Spillway") != std::string::npos);
}
