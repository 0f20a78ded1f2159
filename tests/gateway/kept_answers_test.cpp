#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

using namespace spillway;
using nlohmann::json;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

json question(bool stream = false) {
  json q = {{"model", "default"},
            {"max_tokens", 4000}, // more than the answer takes: a cut one is not kept
            {"messages", {{{"role", "user"}, {"content", "Which rivers are long?"}}}}};
  if (stream) {
    q["stream"] = true;
    q["stream_options"] = {{"include_usage", true}};
  }
  return q;
}

wire::http_response ask(gateway_world& w, const json& body, const std::string& key = {},
                        const char* path = "/v1/chat/completions") {
  wire::http_request request{"POST", path, {}, body.dump()};
  request.headers.add("x-spillway-cache", "on");
  if (!key.empty())
    request.headers.add("Authorization", "Bearer " + key);
  return w.call(std::move(request));
}

std::string_view cache_of(const wire::http_response& r) {
  return r.headers.find("x-spillway-cache");
}

std::uint64_t calls(gateway_world& w) {
  std::uint64_t sum = 0;
  for (const auto& [model, totals] : w.rt->look().router.usage.by_model)
    sum += totals.calls;
  return sum;
}

/// The data of each event.
std::vector<std::string> events_of(const std::string& body) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find("\n\n", at);
    REQUIRE(end != std::string::npos);
    const std::string event = body.substr(at, end - at);
    if (event.starts_with("data: "))
      out.push_back(event.substr(6));
    at = end + 2;
  }
  return out;
}

std::string text_of(const std::vector<std::string>& events) {
  std::string text;
  for (const std::string& e : events) {
    if (e == "[DONE]")
      continue;
    const json chunk = json::parse(e);
    for (const json& c : chunk.at("choices"))
      text += c.at("delta").value("content", "");
  }
  return text;
}

std::string content_of(const wire::http_response& r) {
  return json::parse(r.body).at("choices").at(0).at("message").at("content").get<std::string>();
}

} // namespace

TEST_CASE("the same request gets the same answer for nothing, if it says that this will do") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 1\n";
  gateway_world w{std::move(o)};
  const auto first = ask(w, question());
  REQUIRE(first.status == 200);
  CHECK(cache_of(first) == "miss");
  const auto spent = w.rt->look().budget.accounts.at(0);
  const auto again = ask(w, question());
  REQUIRE(again.status == 200);
  CHECK(cache_of(again) == "hit");
  CHECK(content_of(again) == content_of(first));
  CHECK(json::parse(again.body).at("usage") == json::parse(first.body).at("usage"));
  CHECK(again.headers.find("x-spillway-cost-usd") == "0");
  CHECK(again.headers.find("x-spillway-attempts") == "0");
  const std::string id{again.headers.find("x-spillway-request-id")};
  const json why = json::parse(w.get("/explain/" + id).body);
  CHECK(why.at("reason") == "the same was asked before, and answered by gpt-4o-mini");
  CHECK(calls(w) == 1);
  CHECK(w.rt->look().budget.accounts.at(0).spent == spent.spent);
  CHECK(w.rt->look().budget.open_reservations == 0);
  const std::string metrics = w.get("/metrics").body;
  CHECK(metrics.find("spillway_cache_lookups_total{outcome=\"hit\"} 1\n") != std::string::npos);
  CHECK(metrics.find("spillway_cache_lookups_total{outcome=\"miss\"} 1\n") != std::string::npos);
  CHECK(metrics.find("spillway_requests_total{status=\"answered\"} 2\n") != std::string::npos);
}

TEST_CASE("a request that says nothing is answered anew, and a word that means nothing refused") {
  gateway_world w;
  ask(w, question());
  CHECK_FALSE(w.complete(question().dump()).headers.contains("x-spillway-cache"));
  CHECK(calls(w) == 2);
  wire::http_request request{"POST", "/v1/chat/completions", {}, question().dump()};
  request.headers.add("x-spillway-cache", "maybe");
  CHECK(w.call(std::move(request)).status == 400);
  json by_metadata = question();
  by_metadata["metadata"] = {{"spillway-cache", "on"}};
  CHECK(cache_of(w.complete(by_metadata.dump())) == "hit");
}

TEST_CASE("a kept answer is a stream with its usage to who asks for one, and the other way round") {
  gateway_world w;
  const auto first = ask(w, question());
  const auto streamed = ask(w, question(true));
  REQUIRE(streamed.status == 200);
  CHECK(cache_of(streamed) == "hit");
  CHECK(streamed.headers.find("Content-Type").starts_with("text/event-stream"));
  const auto events = events_of(streamed.body);
  REQUIRE(events.size() >= 4);
  CHECK(events.back() == "[DONE]");
  CHECK(text_of(events) == content_of(first));
  CHECK(json::parse(events[events.size() - 2]).at("usage") == json::parse(first.body).at("usage"));
  CHECK(json::parse(events[events.size() - 3]).at("choices").at(0).at("finish_reason") == "stop");

  json other = question(true);
  other["messages"][0]["content"] = "And which are short?";
  const auto fresh = ask(w, other);
  CHECK(cache_of(fresh) == "miss");
  const auto again = ask(w, other);
  CHECK(cache_of(again) == "hit");
  CHECK(text_of(events_of(again.body)) == text_of(events_of(fresh.body)));
  other.erase("stream");
  other.erase("stream_options");
  const auto whole = ask(w, other);
  CHECK(cache_of(whole) == "hit");
  CHECK(content_of(whole) == text_of(events_of(fresh.body)));
  CHECK(calls(w) == 2);
}

TEST_CASE("every dialect and embeddings have kept answers, each of its own question") {
  gateway_world w;
  const json message = {{"model", "default"},
                        {"max_tokens", 4000},
                        {"messages", {{{"role", "user"}, {"content", "Which rivers are long?"}}}}};
  CHECK(cache_of(ask(w, message, {}, "/v1/messages")) == "miss");
  CHECK(cache_of(ask(w, message, {}, "/v1/messages")) == "hit");
  const json texts = {{"model", "text-embedding-3-small"}, {"input", {"a", "b"}}};
  const auto vectors = ask(w, texts, {}, "/v1/embeddings");
  REQUIRE(vectors.status == 200);
  CHECK(cache_of(vectors) == "miss");
  const auto same = ask(w, texts, {}, "/v1/embeddings");
  CHECK(cache_of(same) == "hit");
  CHECK(same.body == vectors.body);
}

TEST_CASE("callers with different keys get none of each other's answers") {
  gateway_world_options o;
  o.admin_key = "operators-only";
  o.keys = {secret{"one"}, secret{"two"}};
  gateway_world w{std::move(o)};
  const auto create = [&](const std::string& name) {
    wire::http_request request{"POST", "/admin/keys", {}, json{{"name", name}}.dump()};
    request.headers.add("Authorization", "Bearer operators-only");
    return json::parse(w.call(std::move(request)).body).at("key").get<std::string>();
  };
  for (const std::string& key :
       {std::string{"one"}, std::string{"two"}, create("a"), create("b")}) {
    CHECK(cache_of(ask(w, question(), key)) == "miss");
    CHECK(cache_of(ask(w, question(), key)) == "hit");
  }
  CHECK(calls(w) == 4);
}

TEST_CASE("a refusal is never kept") {
  gateway_world w;
  const json wrong = {{"model", "no-such-model"},
                      {"messages", {{{"role", "user"}, {"content", "hello"}}}}};
  for (int i = 0; i < 2; ++i) {
    const auto r = ask(w, wrong);
    CHECK(r.status == 404);
    CHECK(cache_of(r) == "miss");
  }
}
