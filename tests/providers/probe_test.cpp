#include "providers/probe.hpp"

#include <catch2/catch.hpp>

using namespace spillway;
using namespace spillway::providers;

namespace {

/// Where `dialect` is asked, and what it is sent as `header`.
std::pair<std::string, std::string> asked(const char* dialect, const char* path,
                                          const char* header) {
  const auto request = make_probe(dialect, path, secret{"k-1"});
  INFO((request ? std::string{} : request.failure().message));
  REQUIRE(request);
  CHECK(request->method == "GET");
  return {request->target, std::string{request->headers.find(header)}};
}

using pair = std::pair<std::string, std::string>;

} // namespace

TEST_CASE("each dialect is asked where it answers, with the key as it takes it", "[providers]") {
  CHECK(asked("openai", "/v1", "Authorization") == pair{"/v1/models", "Bearer k-1"});
  CHECK(asked("azure", "/openai/v1/", "api-key") == pair{"/openai/v1/models", "k-1"});
  CHECK(asked("openrouter", "/api/v1", "Authorization") == pair{"/api/v1/key", "Bearer k-1"});
  CHECK(asked("anthropic", "", "x-api-key") == pair{"/v1/models", "k-1"});
  CHECK(asked("anthropic", "/v1", "anthropic-version") == pair{"/v1/models", "2023-06-01"});
  CHECK(asked("gemini", "/v1beta", "x-goog-api-key") == pair{"/v1beta/models", "k-1"});
  CHECK(asked("vertex", "/v1/projects/p/locations/l", "Authorization")
        == pair{"/v1/projects/p/locations/l", "Bearer k-1"});
}

TEST_CASE("whatever dialect a provider may have, it can be asked", "[providers]") {
  for (const char* dialect : {"openai", "anthropic", "azure", "deepseek", "gemini", "gemini_openai",
                              "generic", "groq", "llamacpp", "mistral", "ollama", "openrouter",
                              "vertex", "vllm"})
    CHECK(make_probe(dialect, "/v1", {}));
  CHECK_FALSE(make_probe("klingon", "/v1", {}));
}
