#include "core/bounds.hpp"
#include "gateway/kept_replies.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace std::chrono_literals;
using gateway::kept_replies;
using gateway::named_request;
using verdict = kept_replies::verdict;

namespace {

const mono_time start{1h};

transport::http_server_reply reply_of(int status, std::string body = "done") {
  return wire::http_response{status, {}, std::move(body)};
}

/// Claims, finishes with `status`.
void serve(kept_replies& k, const named_request& r, mono_time now, int status = 200,
           std::string body = "done") {
  REQUIRE(k.claim(r, {}, now).what == verdict::serve);
  CHECK(k.finish(r.name, reply_of(status, std::move(body)), now).size() == 1);
}

} // namespace

TEST_CASE("a request of one name is made once; who comes meanwhile waits, who comes later reads") {
  kept_replies k;
  const named_request r{"a", "1"};
  CHECK(k.claim(r, {}, start).what == verdict::serve);
  CHECK(k.claim(r, {}, start).what == verdict::wait);
  CHECK(k.claim({"a", "2"}, {}, start).what == verdict::differs);
  CHECK(k.finish("a", reply_of(200), start).size() == 2);
  const auto later = k.claim(r, {}, start + 1s);
  CHECK(later.what == verdict::replay);
  CHECK(later.reply.body == "done");
  CHECK(k.claim({"a", "2"}, {}, start + 1s).what == verdict::differs);
  CHECK(k.claim({"b", "2"}, {}, start + 1s).what == verdict::serve);
}

TEST_CASE("a failure is told to all who wait, and is not kept") {
  kept_replies k;
  const named_request r{"a", "1"};
  k.claim(r, {}, start);
  k.claim(r, {}, start);
  const transport::http_server_reply how =
      GENERATE(reply_of(429), transport::http_server_reply{transport::http_connection_fault::reset});
  CHECK(k.finish("a", how, start).size() == 2);
  CHECK(k.size() == 0);
  CHECK(k.claim(r, {}, start).what == verdict::serve);
}

TEST_CASE("a reply is forgotten after a day, when there are too many, and when they are too large") {
  kept_replies k;
  const named_request first{"first", "1"};
  serve(k, first, start);
  SECTION("a day") {
    CHECK(k.claim(first, {}, start + 24h - 1s).what == verdict::replay);
    CHECK(k.claim(first, {}, start + 24h).what == verdict::serve);
  }
  SECTION("many") {
    for (std::size_t i = 0; i < bounds::kept_replies_max; ++i)
      serve(k, {std::to_string(i), "1"}, start);
    CHECK(k.size() == bounds::kept_replies_max);
    CHECK(k.claim(first, {}, start).what == verdict::serve);
  }
  SECTION("large") {
    serve(k, {"large", "1"}, start, 200, std::string(bounds::kept_reply_bytes_max, 'x'));
    CHECK(k.claim({"large", "1"}, {}, start).what == verdict::replay);
    CHECK(k.claim(first, {}, start).what == verdict::serve);
  }
}

TEST_CASE("a request under way is never forgotten") {
  kept_replies k;
  k.claim({"slow", "1"}, {}, start);
  CHECK(k.claim({"slow", "1"}, {}, start + 48h).what == verdict::wait);
  CHECK(k.finish("never", reply_of(200), start).empty());
}
