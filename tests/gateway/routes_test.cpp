#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

using namespace spillway;
using nlohmann::json;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

/// A question that each route that bills would pass on.
const std::map<std::string, std::string> questions{
    {"/v1/chat/completions",
     R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"?"}]})"},
    {"/v1/responses", R"({"model":"gpt-4o-mini","input":"?"})"},
    {"/v1/messages",
     R"({"model":"gpt-4o-mini","max_tokens":50,"messages":[{"role":"user","content":"?"}]})"},
    {"/v1/embeddings", R"({"model":"text-embedding-3-small","input":"?"})"}};

std::vector<std::string> billed() {
  std::vector<std::string> out;
  for (const gateway::gateway::route& r : gateway::gateway::routes())
    if (r.bills)
      out.emplace_back(r.path);
  return out;
}

wire::http_response ask(gateway_world& w, const std::string& path, const std::string& key = {}) {
  wire::http_request request{"POST", path, {}, questions.at(path)};
  if (!key.empty())
    request.headers.add("Authorization", "Bearer " + key);
  return w.call(std::move(request));
}

std::string new_key(gateway_world& w, const json& wish) {
  wire::http_request request{"POST", "/admin/keys", {}, wish.dump()};
  request.headers.add("Authorization", "Bearer operators-only");
  return json::parse(w.call(std::move(request)).body).at("key").get<std::string>();
}

std::uint64_t calls(gateway_world& w) {
  std::uint64_t sum = 0;
  for (const auto& [model, totals] : w.rt->look().router.usage.by_model)
    sum += totals.calls;
  return sum;
}

} // namespace

TEST_CASE("every route is known to bill or not") {
  std::set<std::string> bill;
  std::set<std::string> free;
  for (const gateway::gateway::route& r : gateway::gateway::routes())
    (r.bills ? bill : free).emplace(r.path);
  std::set<std::string> asked;
  for (const auto& [path, body] : questions)
    asked.insert(path);
  CHECK(bill == asked);
  CHECK(free
        == std::set<std::string>{"/v1/messages/count_tokens", "/v1/plan", "/explain/",
                                 "/v1/models", "/v1/models/", "/healthz", "/readyz", "/metrics"});
}

TEST_CASE("every route that bills is served to keys alone, counts and is within every budget") {
  gateway_world_options o;
  o.admin_key = "operators-only";
  o.keys_required = true;
  gateway_world w{std::move(o)};
  std::uint64_t made = 0;
  for (const std::string& path : billed()) {
    INFO(path);
    CHECK(ask(w, path).status == 401);
    const std::string name = "bot " + std::to_string(made);
    const std::string poor = new_key(w, {{"name", "poor " + name}, {"budgets_usd", {{"day", 0}}}});
    CHECK(ask(w, path, poor).status == 429);
    const std::string elsewhere =
        new_key(w, {{"name", "elsewhere " + name}, {"models", {"mistral-embed"}}});
    CHECK(ask(w, path, elsewhere).status == 404);
    CHECK(calls(w) == made);
    const std::string once =
        new_key(w, {{"name", "once " + name}, {"requests_per_minute", 1}});
    const auto served = ask(w, path, once);
    INFO(served.body);
    CHECK(served.status == 200);
    CHECK(ask(w, path, once).status == 429);
    CHECK(calls(w) == ++made);
  }
}

TEST_CASE("every route that bills stops at the budget of all") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 0\n";
  gateway_world w{std::move(o)};
  for (const std::string& path : billed()) {
    INFO(path);
    CHECK(ask(w, path).status == 429);
  }
  CHECK(calls(w) == 0);
}
