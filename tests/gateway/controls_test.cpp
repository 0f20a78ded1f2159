// What a caller says beside its question, and what becomes of a word that means nothing.

#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

using namespace spillway;
using nlohmann::json;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

/// A question to each API that bills.
std::vector<std::pair<std::string, json>> questions() {
  const json turns = {{{"role", "user"}, {"content", "?"}}};
  return {{"/v1/chat/completions", {{"model", "gpt-4o-mini"}, {"messages", turns}}},
          {"/v1/responses", {{"model", "gpt-4o-mini"}, {"input", "?"}}},
          {"/v1/messages", {{"model", "gpt-4o-mini"}, {"max_tokens", 50}, {"messages", turns}}},
          {"/v1/embeddings", {{"model", "text-embedding-3-small"}, {"input", "?"}}}};
}

wire::http_response ask(gateway_world& w, const std::string& path, const json& body,
                        const std::string& header = {}, const std::string& value = {}) {
  wire::http_request request{"POST", path, {}, body.dump()};
  if (!header.empty())
    request.headers.add(header, value);
  return w.call(std::move(request));
}

std::string message_of(const wire::http_response& r) {
  return json::parse(r.body).at("error").at("message").get<std::string>();
}

} // namespace

TEST_CASE("a control that is mistyped or empty is refused by name, not passed over") {
  gateway_world w;
  struct row {
    const char* header;
    const char* value;
    const char* told;
  };
  const row table[] = {
      {"x-spillway-max-cost", "0.01", "x-spillway-max-cost is no control"},
      {"x-spillway-max-cost-us", "0.01", "did you mean x-spillway-max-cost-usd?"},
      {"X-Spillway-Teem", "red", "did you mean x-spillway-team?"},
      {"x-spillway-budget", "5", "x-spillway-: cache, context, deadline-ms, fallback, max-cost-usd"},
      {"x-spillway-max-cost-usd", "", "x-spillway-max-cost-usd must be dollars"},
      {"x-spillway-deadline-ms", "", "x-spillway-deadline-ms must be a whole number"},
      {"x-spillway-fallback", "no", "x-spillway-fallback must be true or false"},
  };
  for (const auto& [path, body] : questions())
    for (const row& r : table) {
      INFO(path << ", " << r.header << ": " << r.value);
      const auto refused = ask(w, path, body, r.header, r.value);
      CHECK(refused.status == 400);
      CHECK_THAT(message_of(refused), Catch::Contains(r.told));
    }
  CHECK(w.rt->look().router.usage.requests == 0);
}

TEST_CASE("a control of the body's metadata holds in every API") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nscope = \"team\"\nname = \"poor\"\nperiod = \"day\"\nlimit_usd = 0\n";
  gateway_world w{std::move(o)};
  for (const auto& [path, body] : questions()) {
    INFO(path);
    const auto noted = [&](const char* name, const json& value) {
      json with = body;
      with["metadata"] = {{name, value}};
      return ask(w, path, with);
    };
    CHECK(noted("spillway-team", "poor").status == 429);
    CHECK(noted("spillway-max-cost-usd", "0.000000001").status == 400);
    CHECK(noted("spillway-max-cost-usd", 0).status == 400);
    CHECK(noted("spillway-deadline-ms", true).status == 400);
    const auto mistyped = noted("spillway-teem", "poor");
    CHECK(mistyped.status == 400);
    CHECK_THAT(message_of(mistyped), Catch::Contains("did you mean spillway-team?"));
    CHECK(w.rt->look().router.in_flight == 0);
    CHECK(noted("team", "a word of the caller's own").status == 200);
  }
}
