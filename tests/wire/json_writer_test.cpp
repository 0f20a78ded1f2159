#include "wire/json_writer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway::wire;

TEST_CASE("What is written member by member is one document with commas between", "[wire]") {
  json_writer out;
  out.open('{').member("text", "a\"b\n").member("number", -7).key("none").null();
  out.key("list").open('[').integer(1).text("{").open('{').close('}').open('[').close(']').close(']');
  out.key("raw").raw(R"({"x":[]})").key("empty").open('{').close('}').member("last", "");
  const std::string text = out.close('}').take();
  CHECK(text
        == R"({"text":"a\"b\n","number":-7,"none":null,"list":[1,"{",{},[]],"raw":{"x":[]},)"
           R"("empty":{},"last":""})");
  CHECK(nlohmann::json::accept(text));
}

TEST_CASE("A text that ends as an opening does needs its comma all the same", "[wire]") {
  json_writer out;
  out.open('[').text("{").text("[").text(":").integer(0);
  CHECK(out.close(']').take() == R"(["{","[",":",0])");
}
