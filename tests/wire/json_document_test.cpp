#include "core/bounds.hpp"
#include "wire/json_document.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

using namespace spillway;
using namespace spillway::wire;
using nlohmann::json;

namespace {

using random_bits = std::mt19937;

std::string random_text(random_bits& random) {
  constexpr const char* pieces[] = {"plain text of some length", "\"", "\\", "\n", "\x01", "é",
                                    "€", "😀", "/", ""};
  std::string text;
  for (unsigned n = random() % 4; n > 0; --n)
    text += pieces[random() % std::size(pieces)];
  return text;
}

json random_number(random_bits& random) {
  switch (random() % 6) {
    case 0: return std::numeric_limits<std::int64_t>::min();
    case 1: return std::numeric_limits<std::uint64_t>::max();
    case 2: return 0.1;
    case 3: return 1e300;
    case 4: return -static_cast<std::int64_t>(random());
    default: return random() % 1000;
  }
}

json random_document(random_bits& random, int depth) {
  const unsigned kind = random() % (depth > 0 ? 7 : 4);
  if (kind == 0)
    return random_text(random);
  if (kind == 1)
    return random_number(random);
  if (kind == 2)
    return random() % 2 == 0;
  if (kind == 3)
    return nullptr;
  json out = kind == 4 ? json::array() : json::object();
  for (unsigned n = random() % 5; n > 0; --n)
    if (out.is_array())
      out.push_back(random_document(random, depth - 1));
    else
      out[random_text(random)] = random_document(random, depth - 1);
  return out;
}

} // namespace

TEST_CASE("Documents are read and written as the library does it", "[wire]") {
  random_bits random{5};
  for (int round = 0; round < 2000; ++round) {
    const json document = random_document(random, 5);
    CAPTURE(document.dump());
    CHECK(dump_json(document) == document.dump());
    const auto read = parse_json(document.dump(round % 3));
    REQUIRE(read);
    CHECK(*read == document);
    CHECK(dump_json(*read) == document.dump());
  }
}

TEST_CASE("A damaged document is taken or refused as the library does it", "[wire]") {
  random_bits random{6};
  for (int round = 0; round < 5000; ++round) {
    std::string text = random_document(random, 4).dump();
    for (unsigned n = 1 + random() % 2; n > 0 && !text.empty(); --n)
      text[random() % text.size()] = "{}[],:\"\\0e-.+n \xC3"[random() % 16];
    CAPTURE(text);
    const auto read = parse_json(text);
    REQUIRE(read.has_value() == json::accept(text));
    if (read)
      CHECK(*read == json::parse(text));
  }
}

TEST_CASE("Of two members of one name the last counts", "[wire]") {
  CHECK(*parse_json(R"({"a":1,"b":2,"a":3})") == json{{"a", 3}, {"b", 2}});
}

TEST_CASE("Whole numbers beyond 64 bits are read as fractions", "[wire]") {
  CHECK(*parse_json("18446744073709551616") == json(18446744073709551616.0));
}

TEST_CASE("Depth is counted in a document that is otherwise wrong, too", "[wire]") {
  const std::string open(static_cast<std::size_t>(bounds::json_depth_max) + 1, '[');
  const auto read = parse_json(open);
  REQUIRE_FALSE(read);
  CHECK(read.failure().message.find("nested deeper") != std::string::npos);
}

TEST_CASE("An ordered document is written in its order, as the library does it", "[wire]") {
  nlohmann::ordered_json document = {{"z", 1}, {"a", {{"y", "\"\n"}, {"b", {1.5, nullptr, true}}}}};
  CHECK(dump_in_order(document) == document.dump());
  document["m"] = "\xFF";
  CHECK(dump_in_order(document).ends_with(",\"m\":\"\xEF\xBF\xBD\"}"));
}
