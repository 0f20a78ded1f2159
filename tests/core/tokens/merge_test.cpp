#include "core/tokens/merge.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace spillway::tokens;

namespace {

// Byte-pair encoding as its definition says it: merge the leftmost pair of lowest rank.
std::vector<token_id> by_definition(const rank_tables& ranks, std::string_view text) {
  std::vector<token_id> tokens;
  for (const char c : text)
    tokens.push_back(ranks.token_of_byte(static_cast<std::uint8_t>(c)));
  for (;;) {
    token_id best = no_token;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
      if (const token_id merged = ranks.merge_of(tokens[i], tokens[i + 1]); merged < best) {
        best = merged;
        at = i;
      }
    if (best == no_token)
      return tokens;
    tokens[at] = best;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes)
    out += unit;
  return out;
}

std::string random_text(std::string_view alphabet, std::size_t bytes, unsigned seed) {
  std::mt19937 chance{seed};
  std::string out;
  while (out.size() < bytes)
    out += alphabet[chance() % alphabet.size()];
  return out;
}

std::vector<std::string> hard_texts(std::size_t bytes) {
  std::vector<std::string> out;
  for (const char* unit : {"a",
                           " ",
                           "=",
                           "-",
                           "\n",
                           "_",
                           "0",
                           "*",
                           "#",
                           "/",
                           ".",
                           "ab",
                           "=-",
                           "\xe4\xb8\xad",
                           "\xf0\x9f\x91\x8d",
                           "aA",
                           "ll",
                           "\t ",
                           "----------------x",
                           "\xff",
                           "\x80\xe4"})
    out.push_back(repeated(unit, bytes));
  out.push_back(random_text("abcdefghijklmnopqrstuvwxyz", bytes, 1));
  out.push_back(
      random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bytes, 2));
  out.push_back(random_text("=-_*#", bytes, 3));
  out.push_back(random_text("ab", bytes, 4));
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<char>(i);
  out.push_back(random_text(all, bytes, 5));
  return out;
}

} // namespace

TEST_CASE("A text is encoded as by definition, whatever it is made of") {
  merger merge;
  for (const rank_tables* ranks : {&o200k_tables(), &cl100k_tables(), &r50k_tables()})
    for (const std::size_t bytes : {1, 2, 63, 64, 65, 97, 255, 1'000, 1'300})
      for (const std::string& text : hard_texts(bytes)) {
        CAPTURE(text);
        std::vector<token_id> tokens;
        merge.encode(*ranks, text, tokens);
        const std::vector<token_id> expected = by_definition(*ranks, text);
        REQUIRE(tokens == expected);
        REQUIRE(merge.count(*ranks, text) == expected.size());
      }
}

TEST_CASE("Two tokens may meet exactly if their text is encoded as these two") {
  std::mt19937 chance{11};
  std::size_t work = 0;
  std::size_t met = 0;
  for (const rank_tables* ranks : {&o200k_tables(), &cl100k_tables()})
    for (int round = 0; round < 20'000; ++round) {
      const token_id left = chance() % ranks->size();
      // Half of them short, since those meet in more ways.
      const token_id right = chance() % (round % 2 ? ranks->size() : 3'000);
      const std::string text = std::string{ranks->bytes_of(left)} + std::string{ranks->bytes_of(right)};
      CAPTURE(text);
      const bool may = ranks->may_meet(left, right, work);
      REQUIRE(may == (by_definition(*ranks, text) == std::vector{left, right}));
      met += may;
    }
  CHECK(met > 10'000);
  CHECK(met < 40'000);
}

TEST_CASE("A megabyte of anything costs a few look-ups and merges a byte") {
  for (const rank_tables* ranks : {&o200k_tables(), &cl100k_tables()})
    for (const std::string& text : hard_texts(1'000'000)) {
      CAPTURE(text.substr(0, 40));
      merger merge;
      merge.count(*ranks, text);
      CHECK(merge.spent().lookups <= 7 * text.size());
      CHECK(merge.spent().bytes_merged <= 4 * text.size());
    }
}

TEST_CASE("A run of every token costs a few look-ups and merges a byte") {
  for (const rank_tables* ranks : {&o200k_tables(), &cl100k_tables()})
    for (token_id id = 0; id < ranks->size(); id += 97) {
      CAPTURE(id);
      const std::string text = repeated(ranks->bytes_of(id), 8'000);
      merger merge;
      merge.count(*ranks, text);
      CHECK(merge.spent().lookups <= 7 * text.size() + 1'024);
      CHECK(merge.spent().bytes_merged <= 4 * text.size());
    }
}
