#include "core/tokens/clean_cut.hpp"

#include "core/tokens/bpe.hpp"
#include "core/tokens/running_count.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway::tokens;

namespace {

constexpr const char* snippets[] = {
    " ",   "  ",     "\n",           "\r\n",         "\t",           "'",        "'s",  "'re",
    "/",   "!",      "。",           "a",            "B",            "cd",       "EF",  "é",
    "É",   "ǅ",      "ʰ",            "中",           "あ",           "\u0301",   "ः",   "1",
    "23",  "٤",      "½",            "👍",           "\u00a0",       "\u3000",   "ſ",   "K",
    "\xff", "\xe4\xb8", "\xf0\x9f\x91", "\xc3",       "\x80",         "x\ty",     ":\n", "\u2028",
};

std::string random_text(std::mt19937& chance) {
  std::string out;
  for (std::size_t n = 1 + chance() % 14; n > 0; --n)
    out += snippets[chance() % std::size(snippets)];
  return out;
}

} // namespace

TEST_CASE("The counts on both sides of a clean cut add up, in every encoding") {
  std::mt19937 chance{20261125};
  std::size_t cuts = 0;
  for (int round = 0; round < 4'000; ++round) {
    const std::string text = random_text(chance);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      if (!is_clean_cut(text, at))
        continue;
      ++cuts;
      for (const encoding e : {encoding::o200k_base, encoding::cl100k_base, encoding::p50k_base}) {
        CAPTURE(text, at, to_string(e));
        REQUIRE(count(e, text.substr(0, at)) + count(e, text.substr(at)) == count(e, text));
      }
    }
  }
  CHECK(cuts > 5'000);
}

TEST_CASE("Prose is parted at words") {
  CHECK(last_clean_cut("the quick brown") == 9);
  CHECK(last_clean_cut("3 4x") == 3);
  CHECK(last_clean_cut("don't") == 0);
  CHECK(last_clean_cut("中文。") == 6);
  CHECK(last_clean_cut("aaaa") == 0);
  CHECK(last_clean_cut("a b", 2) == 0);
  CHECK(last_clean_cut("") == 0);
  CHECK(last_clean_cut("ab \xe3") == 2);
}

TEST_CASE("A text that comes bit by bit counts as it does at once") {
  std::mt19937 chance{7};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    running_count modern{encoding::o200k_base};
    running_count older{encoding::r50k_base};
    for (int i = 0; i < 12; ++i) {
      std::string more = random_text(chance);
      more.resize(chance() % (more.size() + 1));
      text += more;
      modern.add(more);
      older.add(more);
      CAPTURE(text);
      REQUIRE(modern.total() == count(encoding::o200k_base, text));
      REQUIRE(older.total() == count(encoding::r50k_base, text));
    }
  }
}

TEST_CASE("A running count holds only what is not parted yet") {
  clean_parts parts;
  std::size_t parted = 0;
  for (int i = 0; i < 1'000; ++i) {
    parted += parts.add("some words, and more; ").size();
    REQUIRE(parts.rest().size() < 32);
  }
  CHECK(parted + parts.rest().size() == 22'000);
}
