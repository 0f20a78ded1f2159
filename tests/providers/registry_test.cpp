#include "providers/registry.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace spillway;
using namespace spillway::providers;
using nlohmann::json;

namespace {

wire::http_request encoded(std::string_view dialect, const std::string& base_path = "/v1") {
  const auto codec = make_codec(dialect, base_path, secret{"k"});
  REQUIRE(codec);
  chat_request request;
  request.messages.push_back({chat_role::developer, "be brief", {}, {}, {}});
  return (*codec)->encode({request, "m", token_count{5}});
}

} // namespace

TEST_CASE("Each dialect puts key, bound and instructions where it wants them", "[providers]") {
  const auto [dialect, header, value, bound, role] =
      GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
          {"openai", "Authorization", "Bearer k", "max_completion_tokens", "developer"},
          {"gemini_openai", "Authorization", "Bearer k", "max_completion_tokens", "system"},
          {"deepseek", "Authorization", "Bearer k", "max_tokens", "system"},
          {"groq", "Authorization", "Bearer k", "max_completion_tokens", "system"},
          {"mistral", "Authorization", "Bearer k", "max_tokens", "system"},
          {"openrouter", "Authorization", "Bearer k", "max_tokens", "system"},
          {"ollama", "Authorization", "Bearer k", "max_tokens", "system"},
          {"vllm", "Authorization", "Bearer k", "max_tokens", "system"},
          {"llamacpp", "Authorization", "Bearer k", "max_tokens", "system"},
          {"azure", "api-key", "k", "max_completion_tokens", "developer"},
          {"generic", "Authorization", "Bearer k", "max_tokens", "system"},
      }));
  CAPTURE(dialect);
  const wire::http_request request = encoded(dialect);
  CHECK(request.headers.find(header) == value);
  const json body = json::parse(request.body);
  CHECK(body[bound] == 5);
  CHECK(body["messages"][0]["role"] == role);
}

TEST_CASE("The path follows the base path, with one slash between", "[providers]") {
  CHECK(encoded("openai", "/v1").target == "/v1/chat/completions");
  CHECK(encoded("openai", "/v1/").target == "/v1/chat/completions");
  CHECK(encoded("openai", "").target == "/chat/completions");
  CHECK(encoded("gemini_openai", "/v1beta/openai").target == "/v1beta/openai/chat/completions");
}

TEST_CASE("An unknown dialect is refused with the known ones", "[providers]") {
  const auto codec = make_codec("klingon", "", secret{});
  REQUIRE_FALSE(codec);
  CHECK(codec.failure().message
        == "unknown dialect 'klingon'; known: openai, azure, gemini_openai, deepseek, groq, mistral, "
           "openrouter, ollama, vllm, llamacpp, generic");
}
