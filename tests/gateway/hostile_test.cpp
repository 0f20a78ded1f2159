// Requests that are HTTP, and not what the gateway is for.

#include "tests/gateway/gateway_world.hpp"

#include <nlohmann/json.hpp>

using namespace spillway;
using nlohmann::json;
using tests::gateway_world;

namespace {

std::string chat(const std::string& content) {
  return R"({"model":"default","messages":[{"role":"user","content":)" + content + "}]}";
}

} // namespace

TEST_CASE("a body that is no question is refused by what is wrong with it, and calls nobody") {
  gateway_world w;
  const std::string deep = chat(std::string(100'000, '['));
  const std::string closed = chat(std::string(5'000, '[') + std::string(5'000, ']'));
  const std::vector<std::string> bodies{
      "", "null", "[]", "42", "\"text\"", "{\"model\":", deep, closed,
      chat("\"\xff\xfe\""),          // no UTF-8
      chat("\"\xed\xa0\x80\""),      // half a surrogate pair
      chat("\"\xf4\x90\x80\x80\""),  // above the last character
      chat("\"a\nb\""),              // a line end that is not escaped
      chat("1e999"), chat("{}"), chat("null") + "x",
      std::string("{\"model\":\"default\",\"messages\":[]}").append(1, '\0'),
      R"({"model":"default","messages":[{"role":"user","content":"?"}],"max_tokens":-1})",
      R"({"model":"default","messages":[{"role":"user","content":"?"}],"max_tokens":1e30})",
      R"({"model":"default","messages":[{"role":"user","content":"?"}],"n":1000000})",
  };
  for (const std::string& body : bodies)
    for (const char* path : {"/v1/chat/completions", "/v1/messages", "/v1/responses",
                             "/v1/embeddings", "/v1/plan"}) {
      INFO(path << " " << body.substr(0, 100));
      const auto r = w.call({"POST", path, {}, body});
      CHECK(r.status == 400);
      CHECK(json::accept(r.body));
      CHECK(r.body.size() < 2'000);
    }
  CHECK(w.rt->look().router.usage.requests == 0);
}

TEST_CASE("what is not served here is told so, in whatever way it is asked for") {
  gateway_world w;
  const auto status = [&](const char* method, const char* target) {
    return w.call({method, target, {}, {}}).status;
  };
  CHECK(status("BREW", "/v1/chat/completions") == 405);
  CHECK(status("DELETE", "/v1/models") == 405);
  CHECK(status("OPTIONS", "*") == 404);
  CHECK(status("GET", "/v1/models/") == 404);
  CHECK(status("GET", "/v1/../admin/keys") == 404);
  CHECK(status("GET", "/v1/%6dodels") == 404);
  CHECK(status("GET", "//v1/models") == 404);
  for (const char* path : {"/v1/realtime", "/v1/completions", "/v1/batches", "/v1/files",
                           "/v1/audio/speech", "/v1/images/generations", "/v1/messages/batches",
                           "/openai/v1/chat/completions", "/v1beta/models/m:generateContent"})
    CHECK(status("POST", path) == 404);
  CHECK(status("GET", "/admin/keys") == 403);
  CHECK(status("GET", "http://gateway.example/healthz") == 200);
}

TEST_CASE("a control of hostile text reaches no header of ours and no provider's") {
  gateway_world w;
  json body = json::parse(chat("\"?\""));
  for (const char* name : {"team", "user", "session", "run", "trace", "tags", "task", "priority",
                           "deadline-ms", "cache", "context", "quality", "max-cost-usd"}) {
    INFO(name);
    json evil = body;
    evil["metadata"] = {{"spillway-" + std::string{name}, "a\r\nX-Evil: b"}};
    const auto r = w.complete(evil.dump());
    CHECK((r.status == 200 || r.status == 400));
    CHECK_FALSE(r.headers.contains("X-Evil"));
    for (const auto& [field, value] : r.headers)
      CHECK(value.find_first_of("\r\n") == std::string::npos);
  }
  CHECK(w.complete(body.dump()).status == 200);
}
