#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <thread>

using namespace spillway;
using namespace std::chrono_literals;
using nlohmann::json;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

constexpr auto question =
    R"({"model":"default","messages":[{"role":"user","content":"Which rivers are long?"}]})";

constexpr auto streamed_question =
    R"({"model":"default","stream":true,"messages":[{"role":"user","content":"Which are long?"}]})";

json error_of(const wire::http_response& r) {
  return json::parse(r.body).at("error");
}

std::uint64_t outcomes(const gateway_world& w, completion_status status) {
  const auto by_status = w.rt->look().router.usage.by_status;
  const auto it = by_status.find(status);
  return it == by_status.end() ? 0 : it->second;
}

} // namespace

TEST_CASE("a completion is answered in OpenAI's shape, with what it cost in the headers") {
  gateway_world w;
  const auto r = w.complete(question);
  REQUIRE(r.status == 200);
  const json body = json::parse(r.body);
  CHECK(body.at("object") == "chat.completion");
  CHECK(body.at("model") == "gpt-4o-mini");
  CHECK(body.at("choices").at(0).at("message").at("role") == "assistant");
  CHECK_FALSE(body.at("choices").at(0).at("message").at("content").get<std::string>().empty());
  CHECK(body.at("usage").at("total_tokens") > 0);
  CHECK(body.at("id") == std::string{r.headers.find("x-spillway-request-id")});
  CHECK(r.headers.find("x-spillway-model") == "gpt-4o-mini");
  CHECK(std::stod(std::string{r.headers.find("x-spillway-cost-usd")}) > 0);
  CHECK(r.headers.find("x-spillway-waited-ms") == "0");
  CHECK(r.headers.find("x-spillway-attempts") == "1");
  CHECK(r.headers.find("x-spillway-tried") == "gpt-4o-mini=answered");
  CHECK_FALSE(r.headers.contains("x-spillway-budget-left-usd")); // there is none
}

TEST_CASE("fields that we do not know are no reason to refuse a request") {
  gateway_world w;
  const auto r = w.complete(
      R"({"model":"gpt-4o-mini","x_future":{"a":[1]},"logit_bias":{"50256":-100},"user":"ann",
          "messages":[{"role":"user","content":"hello","x_note":1}]})");
  CHECK(r.status == 200);
  // One goes along to who may know it, the other reaches nobody.
  CHECK(r.headers.find("x-spillway-left-out") == "messages.x_note");
}

TEST_CASE("a stream tells what nobody read, at its end") {
  gateway_world w;
  json body = json::parse(streamed_question);
  body["messages"][0]["x_note"] = 1;
  CHECK(w.complete(body.dump()).body.find(" left_out=messages.x_note") != std::string::npos);
}

TEST_CASE("every reply has a name, refusals of every kind too, and each its own") {
  gateway_world_options o;
  o.keys = {secret{"sk-ours"}};
  gateway_world w{std::move(o)};
  const auto call = [&](const char* method, const char* path, const std::string& body,
                        bool with_key) {
    wire::http_request request{method, path, {}, body};
    if (with_key)
      request.headers.add("Authorization", "Bearer sk-ours");
    return w.call(std::move(request));
  };
  const wire::http_response replies[] = {
      call("POST", "/v1/chat/completions", "{", true), call("POST", "/v1/messages", "{", true),
      call("GET", "/v1/models", "", false),            call("GET", "/nowhere", "", true),
      call("GET", "/v1/chat/completions", "", true),   call("GET", "/explain/x", "", true),
      call("GET", "/v1/models", "", true)};
  std::set<std::string> names;
  for (const wire::http_response& r : replies) {
    INFO(r.status << " " << r.body.substr(0, 80));
    const std::string name{r.headers.find("x-spillway-request-id")};
    CHECK(name.find("req_") == 0);
    CHECK(r.headers.find("x-request-id") == name);
    names.insert(name);
  }
  CHECK(names.size() == std::size(replies));
}

TEST_CASE("a refusal names the field that is at fault") {
  gateway_world w;
  const auto param = [&](const std::string& body) {
    return error_of(w.complete(body)).at("param").get<std::string>();
  };
  CHECK(param(R"({"model":"default","messages":[{"role":"usr","content":"x"}]})")
        == "messages[0].role");
  CHECK(param(R"({"messages":[{"role":"user","content":"x"}]})") == "model");
  CHECK(param(R"({"model":"default","temperature":5,"messages":[{"role":"user","content":"x"}]})")
        == "temperature");
  CHECK(error_of(w.complete("{")).at("param").is_null());
}

TEST_CASE("who sends too much is told in OpenAI's shape how much is taken") {
  gateway_world w;
  const auto refuse = w.door->refuser();
  const auto r = refuse(413, "the body is larger than 9 bytes");
  CHECK(r.status == 413);
  CHECK(error_of(r).at("code") == "request_too_large");
  CHECK(error_of(r).at("message") == "the body is larger than 9 bytes");
  CHECK_FALSE(r.headers.find("x-spillway-request-id").empty());
  CHECK(error_of(refuse(503, "too many connections")).at("type") == "server_error");
}

TEST_CASE("what cannot be served is refused in OpenAI's shape") {
  gateway_world w;
  SECTION("no such model, with the nearest name") {
    const auto r =
        w.complete(R"({"model":"gpt-4o-mimi","messages":[{"role":"user","content":""}]})");
    CHECK(r.status == 404);
    CHECK(error_of(r).at("code") == "model_not_found");
    CHECK(error_of(r).at("param") == "model");
    CHECK(error_of(r).at("message").get<std::string>().find("gpt-4o-mini") != std::string::npos);
  }
  SECTION("no JSON") {
    const auto r = w.complete("{");
    CHECK(r.status == 400);
    CHECK(error_of(r).at("type") == "invalid_request_error");
  }
  SECTION("a field of the wrong type, by its path") {
    const auto r = w.complete(R"({"model":"default","messages":[{"role":"user","content":7}]})");
    CHECK(r.status == 400);
    CHECK(error_of(r).at("message").get<std::string>().find("messages[0].content")
          != std::string::npos);
  }
  SECTION("a deadline that is none") {
    wire::http_request request{"POST", "/v1/chat/completions", {}, question};
    request.headers.add("x-spillway-deadline-ms", "soon");
    CHECK(w.call(std::move(request)).status == 400);
  }
  SECTION("an unknown path and a wrong method") {
    CHECK(error_of(w.get("/v1/embedings")).at("code") == "unknown_url");
    const auto r = w.get("/v1/chat/completions");
    CHECK(r.status == 405);
    CHECK(r.headers.find("Allow") == "POST");
  }
}

TEST_CASE("a spent budget is a 429 that says when to come again, and not to retry at once") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 0.000001\n";
  gateway_world w{std::move(o)};
  const auto r = w.complete(question);
  CHECK(r.status == 429);
  CHECK(error_of(r).at("code") == "insufficient_quota");
  CHECK(std::stoi(std::string{r.headers.find("Retry-After")}) >= 1);
  CHECK(r.headers.find("x-should-retry") == "false");
}

TEST_CASE("who a call names in its headers has a budget of his own") {
  for (const std::string scope : {"team", "user", "session", "run", "tag"}) {
    INFO(scope);
    gateway_world_options o;
    o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 0.0002\nscope = \"" + scope
               + "\"\non_exhausted = \"refuse\"\n";
    gateway_world w{std::move(o)};
    const auto ask = [&](const std::string& name) {
      wire::http_request request{"POST", "/v1/chat/completions", {}, question};
      request.headers.add("x-spillway-" + scope + (scope == "tag" ? "s" : ""), name);
      return w.call(std::move(request));
    };
    int answered = 0;
    while (answered < 100 && ask("ann").status == 200)
      ++answered;
    CHECK(answered >= 1);
    CHECK(answered < 100);
    const auto refused = ask("ann");
    CHECK(refused.status == 429);
    CHECK(error_of(refused).at("message").get<std::string>().find(scope + " ann day")
          != std::string::npos);
    CHECK(ask("bob").status == 200);
  }
}

TEST_CASE("texts are embedded under the same limits, budgets and reports as chats") {
  gateway_world w;
  const auto embed = [&](const std::string& body) {
    return w.call({"POST", "/v1/embeddings", {}, body});
  };
  SECTION("as decimal numbers") {
    const auto r = embed(R"({"model":"text-embedding-3-small","input":["a river","a dam"]})");
    REQUIRE(r.status == 200);
    const json body = json::parse(r.body);
    CHECK(body.at("data").size() == 2);
    CHECK(body.at("data").at(1).at("index") == 1);
    CHECK(body.at("data").at(0).at("embedding").is_array());
    CHECK(std::stod(std::string{r.headers.find("x-spillway-cost-usd")}) > 0);
    CHECK(r.headers.find("x-spillway-output-tokens") == "0");
    CHECK(outcomes(w, completion_status::answered) == 1);
    w.rt->stop(10s);
    CHECK(w.provider->traces().generations == 1);
  }
  SECTION("as base64") {
    const auto r = embed(
        R"({"model":"text-embedding-3-small","input":"a river","encoding_format":"base64"})");
    REQUIRE(r.status == 200);
    CHECK(json::parse(r.body).at("data").at(0).at("embedding").is_string());
  }
  SECTION("a chat model has no vectors, and an embedding model no words") {
    const auto r = embed(R"({"model":"gpt-4o-mini","input":"a river"})");
    CHECK(r.status == 400);
    CHECK(error_of(r).at("message").get<std::string>().find("not for embeddings")
          != std::string::npos);
    CHECK(w.complete(
               R"({"model":"text-embedding-3-small","messages":[{"role":"user","content":"a"}]})")
              .status
          == 400);
  }
  SECTION("an input that does not fit") {
    std::string text;
    for (int i = 0; i < 9'000; ++i)
      text += "river ";
    const auto r = embed(R"({"model":"text-embedding-3-small","input":")" + text + "\"}");
    CHECK(error_of(r).at("code") == "context_length_exceeded");
  }
}

TEST_CASE("a model that fails is followed by the next of the route, for embeddings too") {
  gateway_world_options o;
  o.provider.around_provider = [](transport::http_handler inner) {
    return [inner](const wire::http_request& request, const transport::http_responder& reply) {
      if (request.body.find("text-embedding-3-small") != std::string::npos)
        return reply(wire::http_response{404, {}, R"({"error":{"message":"no such model"}})"});
      inner(request, reply);
    };
  };
  o.routes = "vectors = [\"text-embedding-3-small\", \"text-embedding-3-large\"]\n";
  gateway_world w{std::move(o)};
  const auto r = w.call({"POST", "/v1/embeddings", {}, R"({"model":"vectors","input":"a"})"});
  CHECK(r.status == 200);
  CHECK(r.headers.find("x-spillway-model") == "text-embedding-3-large");
  CHECK(r.headers.find("x-spillway-attempts") == "2");
}

TEST_CASE("a request may bound what it costs") {
  gateway_world w;
  const auto ask = [&](const std::string& most) {
    wire::http_request request{"POST", "/v1/chat/completions", {}, question};
    request.headers.add("x-spillway-max-cost-usd", most);
    return w.call(std::move(request));
  };
  const auto refused = ask("0.000001");
  CHECK(refused.status == 400); // no wait would help
  CHECK_FALSE(refused.headers.contains("Retry-After"));
  CHECK(error_of(refused).at("code") == "max_cost_exceeded");
  CHECK(error_of(refused).at("param") == "x-spillway-max-cost-usd");
  CHECK(error_of(refused).at("message").get<std::string>().find("the request's own maximum")
        != std::string::npos);
  CHECK(refused.headers.find("x-spillway-attempts") == "0");
  CHECK(ask("1").status == 200);
  CHECK(ask("much").status == 400);
}

TEST_CASE("a reply tells what is left of the tightest budget") {
  gateway_world_options o;
  o.config = "[[budget.rules]]\nperiod = \"day\"\nlimit_usd = 1\n";
  gateway_world w{std::move(o)};
  const auto r = w.complete(question);
  const auto told = [&](const char* name) { return std::stod(std::string{r.headers.find(name)}); };
  CHECK(told("x-spillway-budget-left-usd") == Approx(1 - told("x-spillway-cost-usd")));
}

TEST_CASE("a request with an Idempotency-Key is made once") {
  gateway_world w;
  const auto named = [](const std::string& key, const std::string& body) {
    wire::http_request request{"POST", "/v1/chat/completions", {}, body};
    request.headers.add("Idempotency-Key", key);
    return request;
  };
  const auto first = w.call(named("k1", question));
  const auto again = w.call(named("k1", question));
  REQUIRE(first.status == 200);
  CHECK(again.body == first.body);
  CHECK(again.headers.find("x-spillway-replayed") == "true");
  CHECK(outcomes(w, completion_status::answered) == 1);
  const auto other = w.call(
      named("k1", R"({"model":"default","messages":[{"role":"user","content":"Another?"}]})"));
  CHECK(other.status == 422);
  CHECK(error_of(other).at("code") == "idempotency_key_reused");
  CHECK(w.call(named("k2", question)).headers.find("x-spillway-replayed").empty());
  CHECK(outcomes(w, completion_status::answered) == 2);
}

TEST_CASE("while a request with an Idempotency-Key runs, a second one waits, and neither cuts it") {
  gateway_world_options o;
  o.provider.latency = {300ms, 0.0, {}, 300ms};
  gateway_world w{std::move(o)};
  const auto send = [&](std::promise<transport::http_exchange>& done) {
    wire::http_request request{"POST", "/v1/chat/completions", {}, question};
    request.headers.add("Idempotency-Key", "k");
    return w.client->send(w.to(), std::move(request), {},
                          [&](transport::http_exchange e) { done.set_value(std::move(e)); });
  };
  std::promise<transport::http_exchange> left;
  std::promise<transport::http_exchange> kept;
  const auto first = send(left);
  while (w.rt->look().router.in_flight == 0)
    std::this_thread::yield();
  w.client->cancel(first);
  left.get_future().wait();
  send(kept);
  const auto e = kept.get_future().get();
  REQUIRE(std::holds_alternative<wire::http_response>(e.outcome));
  CHECK(std::get<wire::http_response>(e.outcome).status == 200);
  CHECK(w.rt->look().router.usage.requests == 1);
}

TEST_CASE("several answers are asked of a model that gives them, or refused if there is none") {
  gateway_world_options o;
  o.config = "[models.gpt-4o-mini]\nseveral_answers = false\n";
  gateway_world w{std::move(o)};
  const auto ask_for_two = [&](const std::string& model) {
    return w.complete(R"({"model":")" + model
                      + R"(","n":2,"messages":[{"role":"user","content":"Tell me."}]})");
  };
  const auto r = ask_for_two("default");
  REQUIRE(r.status == 200);
  CHECK(r.headers.find("x-spillway-model") == "gpt-3.5-turbo");
  const std::string name{r.headers.find("x-spillway-request-id")};
  const std::string explained = w.get("/explain/" + name).body;
  CHECK(explained.find("gpt-4o-mini: gives one answer to a request, not 2") != std::string::npos);
  const auto refused = ask_for_two("gpt-4o-mini");
  CHECK(refused.status == 400);
  CHECK(error_of(refused).at("message") == "gpt-4o-mini: gives one answer to a request, not 2");
}

TEST_CASE("several answers come whole and streamed, and all of them are paid for") {
  gateway_world w;
  json body = json::parse(question);
  const auto one = json::parse(w.complete(body.dump()).body);
  body["n"] = 3;
  const auto three = json::parse(w.complete(body.dump()).body);
  REQUIRE(three.at("choices").size() == 3);
  CHECK(three["choices"][2].at("index") == 2);
  CHECK(three["choices"][1].at("message") != three["choices"][0].at("message"));
  CHECK(three["usage"].at("completion_tokens") > one["usage"].at("completion_tokens"));
  body["stream"] = true;
  const std::string events = w.complete(body.dump()).body;
  std::string text;
  for (std::size_t at = 0; (at = events.find("data: {", at)) != std::string::npos; ++at) {
    const json chunk = json::parse(events.substr(at + 6, events.find('\n', at) - at - 6));
    for (const json& choice : chunk.at("choices"))
      if (choice.at("index") == 2 && choice["delta"].contains("content"))
        text += choice["delta"]["content"].get<std::string>();
  }
  CHECK(text == three["choices"][2]["message"].at("content"));
}

TEST_CASE("what calls whose end nobody knows may have cost is told beside the answer's cost") {
  gateway_world_options o;
  o.provider.around_provider = [](transport::http_handler inner) {
    return [inner](const wire::http_request& request, const transport::http_responder& reply) {
      if (request.body.find("gpt-4o-mini") != std::string::npos)
        return reply(transport::http_connection_fault::reset);
      inner(request, reply);
    };
  };
  gateway_world w{std::move(o)};
  const auto r = w.complete(question);
  REQUIRE(r.status == 200);
  CHECK(r.headers.find("x-spillway-model") == "gpt-3.5-turbo");
  CHECK(std::stod(std::string{r.headers.find("x-spillway-held-usd")}) > 0);
  CHECK_FALSE(gateway_world{}.complete(question).headers.contains("x-spillway-held-usd"));
}

TEST_CASE("what may be read may be looked at by HEAD, as monitors do") {
  gateway_world w;
  const auto look = [&](const char* path) { return w.call({"HEAD", path, {}, {}}); };
  for (const char* path : {"/healthz", "/readyz", "/v1/models"}) {
    CHECK(look(path).status == 200);
    CHECK(look(path).body.empty());
  }
  CHECK(look("/v1/chat/completions").status == 405);
}

TEST_CASE("a request that has ended is explained by its id") {
  gateway_world w;
  const auto explained = [&](const std::string& name) {
    return json::parse(w.get("/explain/" + name).body);
  };
  const auto r = w.complete(question);
  const std::string name{r.headers.find("x-spillway-request-id")};
  const json told = explained(name);
  CHECK(told.at("id") == name);
  CHECK(told.at("status") == "answered");
  CHECK(told.at("chosen") == "gpt-4o-mini");
  CHECK(told.at("cost_usd") == std::string{r.headers.find("x-spillway-cost-usd")});
  CHECK(told.at("made").at(0).at("cost_usd") == told.at("cost_usd"));
  CHECK(std::to_string(told.at("input_tokens").get<int>())
        == r.headers.find("x-spillway-input-tokens"));
  CHECK(std::to_string(told.at("output_tokens").get<int>())
        == r.headers.find("x-spillway-output-tokens"));
  CHECK(std::to_string(told.at("calls").get<int>()) == r.headers.find("x-spillway-attempts"));
  REQUIRE(told.at("candidates").size() == 2);
  CHECK(told.at("candidates").at(0).at("standing") == "answered");
  CHECK(told.at("candidates").at(1).at("standing") == "ready");
  CHECK(w.get("/explain/chatcmpl-1").status == 404);
  CHECK(w.get("/explain/what").status == 404);
}

TEST_CASE("a plan tells what would become of a request, and calls nobody") {
  gateway_world w;
  const auto plan = [&](const std::string& body) {
    return w.call({"POST", "/v1/plan", {}, body});
  };
  const json told = json::parse(plan(question).body);
  CHECK(told.at("status") == "would_answer");
  CHECK(told.at("chosen") == "gpt-4o-mini");
  CHECK(told.at("candidates").at(0).at("wait_ms") == 0);
  CHECK(json::parse(plan(R"({"model":"text-embedding-3-small","input":"a river"})").body)
            .at("chosen")
        == "text-embedding-3-small");
  CHECK(plan(R"({"model":"gpt-4o-mimi","messages":[{"role":"user","content":"a"}]})").status
        == 404);
  CHECK(plan("{").status == 400);
  CHECK(w.rt->look().router.usage.requests == 0);
}

TEST_CASE("tokens are counted for Anthropic's clients without a call") {
  gateway_world w;
  const auto r = w.call({"POST", "/v1/messages/count_tokens", {},
                         R"({"model":"default","messages":[{"role":"user","content":"a river"}]})"});
  REQUIRE(r.status == 200);
  CHECK(json::parse(r.body).at("input_tokens") > 2);
  CHECK(w.rt->look().router.usage.requests == 0);
}

TEST_CASE("one model is told on its own, to each client in its shape") {
  gateway_world w;
  CHECK(json::parse(w.get("/v1/models/gpt-4o-mini").body).at("owned_by") == "openai");
  CHECK(error_of(w.get("/v1/models/gpt-4o-mimi")).at("code") == "model_not_found");
  wire::http_request request{"GET", "/v1/models/default", {}, {}};
  request.headers.add("anthropic-version", "2023-06-01");
  CHECK(json::parse(w.call(std::move(request)).body).at("type") == "model");
}

TEST_CASE("models and routes are listed") {
  gateway_world w;
  const json list = json::parse(w.get("/v1/models").body);
  CHECK(list.at("object") == "list");
  CHECK(list.at("data").at(0).at("id") == "gpt-4o-mini");
  CHECK(list.at("data").at(0).at("owned_by") == "openai");
  CHECK(list.at("data").at(1).at("id") == "default");
}

TEST_CASE("with keys, only who has one is served; health asks for none") {
  gateway_world_options o;
  o.keys = {secret{"first-key"}, secret{"second-key"}};
  gateway_world w{std::move(o)};
  const auto status_with = [&](const std::string& header) {
    wire::http_request request{"GET", "/v1/models", {}, {}};
    if (!header.empty())
      request.headers.add("Authorization", header);
    return w.call(std::move(request)).status;
  };
  CHECK(status_with("Bearer first-key") == 200);
  CHECK(status_with("Bearer second-key") == 200);
  CHECK(status_with("bearer first-key") == 200);
  CHECK(status_with("BEARER FIRST-KEY") == 401);
  CHECK(status_with("Basic first-key") == 401);
  CHECK(status_with("Bearer first-kez") == 401);
  CHECK(status_with("Bearer first-key2") == 401);
  CHECK(status_with("Bearer ") == 401);
  CHECK(status_with("first-key") == 401);
  CHECK(status_with("") == 401);
  CHECK(w.complete(question).status == 401);
  CHECK(w.get("/healthz").status == 200);
  CHECK(w.get("/readyz").status == 200);
}

TEST_CASE("metrics count what was served") {
  gateway_world w;
  w.complete(question);
  w.complete(question);
  const auto r = w.get("/metrics");
  CHECK(r.headers.find("Content-Type").starts_with("text/plain; version=0.0.4"));
  const auto has = [&](const std::string& line) {
    INFO(line << "\n" << r.body);
    CHECK(r.body.find("\n" + line + "\n") != std::string::npos);
  };
  has("spillway_requests_total{status=\"answered\"} 2");
  has("spillway_requests_in_flight 0");
  has("# TYPE spillway_requests_total counter");
  has("spillway_upstream_calls_total{model=\"gpt-4o-mini\",outcome=\"answered\"} 2");
  CHECK(r.body.find("spillway_limit_used{model=") != std::string::npos);
  const std::string of = "{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\","
                         "gen_ai_request_model=\"gpt-4o-mini\"";
  has("# TYPE gen_ai_client_token_usage histogram");
  has("gen_ai_client_token_usage_count" + of + ",gen_ai_token_type=\"output\"} 2");
  has("gen_ai_client_token_usage_bucket" + of + ",gen_ai_token_type=\"input\",le=\"1\"} 0");
  has("gen_ai_client_token_usage_bucket" + of + ",gen_ai_token_type=\"input\",le=\"+Inf\"} 2");
  has("# TYPE gen_ai_client_operation_duration_seconds histogram");
  has("gen_ai_client_operation_duration_seconds_bucket" + of + ",le=\"81.92\"} 2");
  has("gen_ai_client_operation_duration_seconds_count" + of + "} 2");
  CHECK(r.body.find("first_chunk_seconds_count") == std::string::npos); // none was streamed
  w.complete(streamed_question);
  CHECK(w.get("/metrics").body.find("gen_ai_client_operation_time_to_first_chunk_seconds_count" + of
                                    + "} 1")
        != std::string::npos);
}

TEST_CASE("a stream ends with what it took, in a comment that its readers skip") {
  gateway_world w;
  const auto r = w.complete(streamed_question);
  REQUIRE(r.status == 200);
  const std::size_t at = r.body.find("\n: spillway cost_usd=0.0");
  REQUIRE(at != std::string::npos);
  const std::string line = r.body.substr(at + 1, r.body.find('\n', at + 1) - at - 1);
  for (const char* part : {" input_tokens=", " output_tokens=", " waited_ms=0", " attempts=1"})
    CHECK(line.find(part) != std::string::npos);
  CHECK(r.body.find("[DONE]") > at);
  CHECK(r.body.find("\n: spillway", at + 1) == std::string::npos);
}

TEST_CASE("usage is told to streams that ask for it, and no other has a chunk without choices") {
  gateway_world w;
  const auto silent = w.complete(streamed_question);
  REQUIRE(silent.status == 200);
  CHECK(silent.body.find(R"("choices":[])") == std::string::npos);
  CHECK(silent.body.find(R"("usage":{)") == std::string::npos);
  CHECK(silent.body.find("cost_usd=0.0") != std::string::npos); // the provider told it to us

  json asking = json::parse(streamed_question);
  asking["stream_options"] = {{"include_usage", true}};
  const auto told = w.complete(asking.dump());
  const std::size_t at = told.body.find(R"("choices":[])");
  REQUIRE(at != std::string::npos);
  CHECK(told.body.find(R"("usage":{)", at) != std::string::npos);
  CHECK(told.body.find(R"("choices":[])", at + 1) == std::string::npos);
}

TEST_CASE("a stream with an Idempotency-Key is made once, and told again in one piece") {
  gateway_world w;
  const auto named = [&](const char* body) {
    wire::http_request request{"POST", "/v1/chat/completions", {}, body};
    request.headers.add("Idempotency-Key", "k");
    return w.call(std::move(request));
  };
  const auto first = named(streamed_question);
  REQUIRE(first.status == 200);
  CHECK(first.body.ends_with("data: [DONE]\n\n"));
  CHECK_FALSE(first.headers.contains("x-spillway-replayed"));
  const auto again = named(streamed_question);
  CHECK(again.headers.find("x-spillway-replayed") == "true");
  CHECK(again.headers.find("Content-Type") == first.headers.find("Content-Type"));
  CHECK(again.body == first.body);
  CHECK(named(question).status == 422);
  CHECK(outcomes(w, completion_status::answered) == 1);
}

TEST_CASE("a stream that fails before its first word may be asked for again") {
  gateway_world w;
  const auto named = [&](const std::string& model) {
    wire::http_request request{"POST", "/v1/chat/completions", {},
                               R"({"stream":true,"model":")" + model
                                   + R"(","messages":[{"role":"user","content":"?"}]})"};
    request.headers.add("Idempotency-Key", "k");
    return w.call(std::move(request)).status;
  };
  CHECK(named("no-such-model") == 404);
  CHECK(named("no-such-model") == 404);
  CHECK(named("default") == 200);
}

TEST_CASE("a caller that leaves cancels its request") {
  gateway_world_options o;
  o.provider.latency = {1h, 0.0, {}, 1h};
  gateway_world w{std::move(o)};
  std::promise<void> cut;
  const auto id = w.client->send(w.to(), {"POST", "/v1/chat/completions", {}, question}, {},
                                 [&](const transport::http_exchange&) { cut.set_value(); });
  while (w.rt->look().router.in_flight == 0)
    std::this_thread::yield();
  w.client->cancel(id);
  cut.get_future().wait();
  while (outcomes(w, completion_status::cancelled) == 0)
    std::this_thread::yield();
  CHECK(w.rt->look().router.in_flight == 0);
}

TEST_CASE("a gateway that drains answers what it has, refuses more and says that it is not ready") {
  gateway_world_options o;
  o.provider.latency = {300ms, 0.0, {}, 300ms};
  gateway_world w{std::move(o)};
  std::promise<transport::http_exchange> done;
  w.client->send(w.to(), {"POST", "/v1/chat/completions", {}, question}, {},
                 [&](transport::http_exchange e) { done.set_value(std::move(e)); });
  while (w.rt->look().router.in_flight == 0)
    std::this_thread::yield();
  w.door->drain();
  CHECK(w.get("/readyz").status == 503);
  CHECK(w.get("/healthz").status == 200);
  const auto refused = w.complete(question);
  CHECK(refused.status == 503);
  CHECK_FALSE(refused.headers.find("Retry-After").empty());
  CHECK(w.rt->stop(10s).cancelled == 0);
  const auto e = done.get_future().get();
  REQUIRE(std::holds_alternative<wire::http_response>(e.outcome));
  CHECK(std::get<wire::http_response>(e.outcome).status == 200);
}
