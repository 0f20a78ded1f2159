#include "storage/key_store.hpp"
#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

#include <thread>

using namespace spillway;
using namespace std::chrono_literals;
using nlohmann::json;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

constexpr auto admin = "operators-only";

constexpr auto question =
    R"({"model":"default","messages":[{"role":"user","content":"Which rivers are long?"}]})";

gateway_world_options with_admin() {
  gateway_world_options o;
  o.admin_key = admin;
  o.keys = {secret{"from-the-environment"}};
  return o;
}

wire::http_response call_with(gateway_world& w, const std::string& key, const char* method,
                              std::string path, std::string body = {}) {
  wire::http_request request{method, std::move(path), {}, std::move(body)};
  if (!key.empty())
    request.headers.add("Authorization", "Bearer " + key);
  return w.call(std::move(request));
}

wire::http_response ask(gateway_world& w, const std::string& key, std::string body = question) {
  return call_with(w, key, "POST", "/v1/chat/completions", std::move(body));
}

/// The new key's text.
json create(gateway_world& w, const std::string& wish) {
  const auto r = call_with(w, admin, "POST", "/admin/keys", wish);
  INFO(r.body);
  REQUIRE(r.status == 201);
  return json::parse(r.body);
}

std::string text_of(const json& key) {
  return key.at("key").get<std::string>();
}

std::string message_of(const wire::http_response& r) {
  return json::parse(r.body).at("error").at("message").get<std::string>();
}

} // namespace

TEST_CASE("a virtual key opens the gateway until it is rotated or revoked") {
  gateway_world w{with_admin()};
  const json key = create(w, R"({"name":"bot"})");
  const std::string id = key.at("id").get<std::string>();
  CHECK(ask(w, text_of(key)).status == 200);
  CHECK(ask(w, "from-the-environment").status == 200);
  CHECK(ask(w, "").status == 401);
  CHECK(ask(w, text_of(key).substr(0, 80) + "00").status == 401);

  const auto rotated = call_with(w, admin, "POST", "/admin/keys/" + id + "/rotate");
  REQUIRE(rotated.status == 200);
  CHECK(ask(w, text_of(key)).status == 401);
  const std::string next = text_of(json::parse(rotated.body));
  CHECK(ask(w, next).status == 200);

  const auto revoked = call_with(w, admin, "DELETE", "/admin/keys/" + id);
  REQUIRE(revoked.status == 200);
  CHECK(json::parse(revoked.body).at("state") == "revoked");
  CHECK(ask(w, next).status == 401);
}

TEST_CASE("only who has the admin key keeps keys, and nobody reads them again") {
  gateway_world w{with_admin()};
  const json key = create(w, R"({"name":"bot","requests_per_minute":9})");
  CHECK(call_with(w, "", "GET", "/admin/keys").status == 401);
  CHECK(call_with(w, text_of(key), "GET", "/admin/keys").status == 401);
  CHECK(call_with(w, "from-the-environment", "GET", "/admin/keys").status == 401);
  CHECK(ask(w, admin).status == 401);
  const auto listed = call_with(w, admin, "GET", "/admin/keys");
  CHECK(listed.headers.find("Cache-Control") == "no-store");
  CHECK(listed.body.find(text_of(key)) == std::string::npos);
  const json row = json::parse(listed.body).at("keys").at(0);
  CHECK(row.at("name") == "bot");
  CHECK(row.at("requests_per_minute") == 9);
}

TEST_CASE("a wish that cannot be kept is refused, and so is what is not there") {
  gateway_world w{with_admin()};
  create(w, R"({"name":"bot"})");
  CHECK(call_with(w, admin, "POST", "/admin/keys", R"({"name":"bot"})").status == 409);
  CHECK(call_with(w, admin, "POST", "/admin/keys", R"({"name":"a","rpm":1})").status == 400);
  CHECK(call_with(w, admin, "POST", "/admin/keys", "{").status == 400);
  const auto why = [&](const std::string& wish) {
    const auto r = call_with(w, admin, "POST", "/admin/keys", wish);
    CHECK(r.status == 400);
    return message_of(r);
  };
  CHECK(why(R"({"name":"a","models":["default","gpt-4o-mimi"]})").find("did you mean 'gpt-4o-mini'")
        != std::string::npos);
  CHECK(why(R"({"name":"a","expires_at":"2020-01-01T00:00:00Z"})").find("expires_at") == 0);
  CHECK(why(R"({"name":"a","budgets_usd":{"day":5,"month":1}})")
        == "the budget of a day, $5, is more than that of a month, $1");
  CHECK(why(R"({"name":"a","rpm":1})").find("rpm is not known; allowed: name") == 0);
  create(w, R"({"name":"a","models":["default","gpt-4o-mini-2024-07-18"],
                "budgets_usd":{"day":1,"week":1,"month":5}})");
  CHECK(call_with(w, admin, "DELETE", "/admin/keys/0123456789ab").status == 404);
  CHECK(call_with(w, admin, "POST", "/admin/keys/0123456789ab/rotate").status == 404);
  CHECK(call_with(w, admin, "PUT", "/admin/keys").status == 405);
  CHECK(call_with(w, admin, "GET", "/admin/keys/0123456789ab").status == 405);
  CHECK(call_with(w, admin, "GET", "/admin/secrets").status == 404);
}

TEST_CASE("without an admin key there is no admin API") {
  gateway_world w;
  CHECK(call_with(w, "", "GET", "/admin/keys").status == 403);
  CHECK(call_with(w, "anything", "POST", "/admin/keys", R"({"name":"a"})").status == 403);
}

TEST_CASE("a key's own limit is a 429 in the words of the API that is called") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","requests_per_minute":1})"));
  CHECK(ask(w, key).status == 200);
  const auto openai = ask(w, key);
  CHECK(openai.status == 429);
  CHECK(json::parse(openai.body).at("error").at("code") == "rate_limit_exceeded");
  CHECK(std::stoi(std::string{openai.headers.find("Retry-After")}) > 50);
  CHECK(message_of(openai) == "key `bot` has a limit of 1 requests per minute, which is used up");

  wire::http_request request{
      "POST", "/v1/messages", {}, R"({"model":"default","max_tokens":50,"messages":[
      {"role":"user","content":"Which rivers are long?"}]})"};
  request.headers.add("x-api-key", key);
  const auto anthropic = w.call(std::move(request));
  CHECK(anthropic.status == 429);
  CHECK(json::parse(anthropic.body).at("type") == "error");
  CHECK(json::parse(anthropic.body).at("error").at("type") == "rate_limit_error");
  CHECK(std::stoi(std::string{anthropic.headers.find("Retry-After")}) > 50);

  const auto streamed = ask(
      w, key, R"({"model":"default","stream":true,"messages":[{"role":"user","content":"?"}]})");
  CHECK(streamed.status == 429);
  CHECK(ask(w, "from-the-environment").status == 200);
}

TEST_CASE("a key's tokens are those that its calls took") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","tokens_per_minute":400})"));
  const auto first = ask(w, key);
  REQUIRE(first.status == 200);
  const auto used = json::parse(first.body).at("usage").at("total_tokens").get<int>();
  CHECK(used > 0);
  int answered = 1;
  while (answered < 100 && ask(w, key).status == 200)
    ++answered;
  CHECK(answered < 100);
  CHECK(answered >= 400 / (used + 200));
  CHECK(ask(w, key, R"({"model":"default","max_tokens":500,
        "messages":[{"role":"user","content":"?"}]})").status == 400);
}

TEST_CASE("a key's tokens are those of all the answers that its calls ask for") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","tokens_per_minute":400})"));
  const auto ask_for = [&](int answers) {
    return ask(w, key, R"({"model":"default","max_tokens":90,"n":)" + std::to_string(answers)
                           + R"(,"messages":[{"role":"user","content":"?"}]})");
  };
  const auto refused = ask_for(5);
  CHECK(refused.status == 400);
  CHECK(message_of(refused).find("this request alone is larger") != std::string::npos);
  CHECK(ask_for(1).status == 200);
}

TEST_CASE("a key's tokens are those of embeddings too") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","tokens_per_minute":100})"));
  const auto embed = [&](std::size_t bytes) {
    return call_with(w, key, "POST", "/v1/embeddings",
                     R"({"model":"text-embedding-3-small","input":")" + std::string(bytes, 'x')
                         + "\"}");
  };
  CHECK(embed(404).status == 400); // 101 tokens, larger than the limit
  CHECK(embed(200).status == 200);
  int answered = 1;
  while (answered < 20 && embed(100).status == 200)
    ++answered;
  CHECK(answered < 5);
}

TEST_CASE("a key's tokens are those of each part of a long prompt") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","tokens_per_minute":45000})"));
  std::string text;
  while (text.size() < 100'000)
    text += "The river rises in the hills and falls to the sea. ";
  const auto ask_in_parts = [&] {
    wire::http_request request{"POST", "/v1/chat/completions", {},
                               R"({"model":"gpt-3.5-turbo","max_tokens":50,"messages":)"
                               R"([{"role":"user","content":")" + text + "\"}]}"};
    request.headers.add("Authorization", "Bearer " + key);
    request.headers.add("x-spillway-context", "chunk");
    return w.call(std::move(request));
  };
  const auto first = ask_in_parts();
  INFO(first.body);
  REQUIRE(first.status == 200);
  CHECK(std::stoi(std::string{first.headers.find("x-spillway-attempts")}) > 2);
  const auto second = ask_in_parts();
  CHECK(second.status == 429);
  CHECK(message_of(second).find("key `bot` has a limit of 45000 tokens") != std::string::npos);
}

TEST_CASE("a key calls its models alone") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","models":["gpt-4o-mini"]})"));
  const auto model = [](const std::string& name) {
    return R"({"model":")" + name + R"(","messages":[{"role":"user","content":"?"}]})";
  };
  CHECK(ask(w, key, model("gpt-4o-mini")).status == 200);
  const auto refused = ask(w, key, model("default"));
  CHECK(refused.status == 404);
  CHECK(message_of(refused) == "key `bot` may not call `default`; it may call `gpt-4o-mini`");
}

TEST_CASE("a key is planned for as it would be served") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","models":["gpt-4o-mini"]})"));
  const auto plan = [&](const std::string& model) {
    return call_with(w, key, "POST", "/v1/plan",
                     R"({"model":")" + model + R"(","messages":[{"role":"user","content":"?"}]})");
  };
  CHECK(plan("gpt-4o-mini").status == 200);
  const auto refused = plan("default");
  CHECK(refused.status == 404);
  CHECK(message_of(refused) == "key `bot` may not call `default`; it may call `gpt-4o-mini`");
}

TEST_CASE("a key is shown the models that it may call") {
  gateway_world w{with_admin()};
  const std::string some = text_of(create(w, R"({"name":"bot","models":["gpt-4o-mini"]})"));
  const std::string all = text_of(create(w, R"({"name":"cat"})"));
  const auto shown = [&](const std::string& key) {
    std::vector<std::string> ids;
    const json list = json::parse(call_with(w, key, "GET", "/v1/models").body);
    for (const json& m : list.at("data"))
      ids.push_back(m.at("id").get<std::string>());
    return ids;
  };
  CHECK(shown(some) == std::vector<std::string>{"gpt-4o-mini"});
  CHECK(shown(all) == std::vector<std::string>{"gpt-4o-mini", "default"});
  CHECK(shown("from-the-environment") == shown(all));
  CHECK(call_with(w, some, "GET", "/v1/models/gpt-4o-mini").status == 200);
  CHECK(call_with(w, some, "GET", "/v1/models/default").status == 404);
  CHECK(call_with(w, all, "GET", "/v1/models/default").status == 200);
}

TEST_CASE("a key has a budget of its own, which counts what it has spent before") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot","budgets_usd":{"day":0.0002}})"));
  const std::string other = text_of(create(w, R"({"name":"cat","budgets_usd":{"day":1}})"));
  int answered = 0;
  while (answered < 100 && ask(w, key).status == 200)
    ++answered;
  CHECK(answered >= 1);
  CHECK(answered < 100);
  const auto refused = ask(w, key);
  CHECK(refused.status == 429);
  CHECK(json::parse(refused.body).at("error").at("code") == "insufficient_quota");
  CHECK(message_of(refused).find("key bot day") != std::string::npos);
  CHECK(ask(w, other).status == 200);
  CHECK(w.get("/metrics").body.find("spillway_budget_spent_usd{account=\"key bot day")
        != std::string::npos);
}

TEST_CASE("who pays is not for the caller to say") {
  gateway_world w{with_admin()};
  const std::string key = text_of(create(w, R"({"name":"bot"})"));
  wire::http_request request{"POST", "/v1/chat/completions", {}, question};
  request.headers.add("Authorization", "Bearer " + key);
  for (const char* name :
       {"X-Spillway-Caller", "X-Spillway-Caller-Tag", "x-spillway-caller-target"}) {
    wire::http_request claim = request;
    claim.headers.add(name, "cat");
    CHECK(w.call(std::move(claim)).status == 400);
  }
}

TEST_CASE("on loopback whoever sends no key may call; a virtual key is looked at all the same") {
  gateway_world_options o;
  o.admin_key = admin;
  gateway_world w{std::move(o)};
  const json key = create(w, R"({"name":"bot"})");
  CHECK(ask(w, "").status == 200);
  CHECK(ask(w, "sk-whatever-a-client-has").status == 200);
  CHECK(ask(w, text_of(key)).status == 200);
  call_with(w, admin, "DELETE", "/admin/keys/" + key.at("id").get<std::string>());
  CHECK(ask(w, text_of(key)).status == 401);
}

TEST_CASE("where a key is required nobody calls without, not even when all are revoked") {
  gateway_world_options o;
  o.admin_key = admin;
  o.keys_required = true;
  gateway_world w{std::move(o)};
  CHECK(ask(w, "").status == 401);
  CHECK(ask(w, "sk-whatever-a-client-has").status == 401);
  CHECK(w.get("/healthz").status == 200);
  const auto r = ask(w, text_of(create(w, R"({"name":"bot"})")));
  INFO(r.body);
  CHECK(r.status == 200);
}

TEST_CASE("what another process does to the keys holds in a gateway that runs") {
  gateway_world w{with_admin()};
  const json key = create(w, R"({"name":"bot"})");
  CHECK(ask(w, text_of(key)).status == 200);
  auto store = storage::key_store::open(storage::key_store::path_beside(w.folder.path + "/journal"));
  REQUIRE(store);
  REQUIRE((*store)->revoke(key.at("id").get<std::string>(),
                           wall_time_from_unix_nanos(1'795'521'600'000'000'000)));
  while (ask(w, text_of(key)).status != 401)
    std::this_thread::yield();
}
