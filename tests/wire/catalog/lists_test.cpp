#include "wire/catalog/litellm.hpp"
#include "wire/catalog/models_dev.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spillway;
using namespace spillway::catalog_update;
using namespace spillway::wire::catalog;

namespace {

// Made up after the format, with figures of no real model.
constexpr const char* litellm_list = R"({
  "sample_spec": {"litellm_provider": "openai", "mode": "one of: chat, embedding"},
  "quick-1": {
    "litellm_provider": "openai", "mode": "chat",
    "max_tokens": 4000, "max_input_tokens": 100000, "max_output_tokens": 4000,
    "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05,
    "cache_read_input_token_cost": 1.25e-06, "input_cost_per_token_batches": 1.25e-06,
    "input_cost_per_token_above_200k_tokens": 5e-06,
    "output_cost_per_token_above_200k_tokens": 1.5e-05,
    "supports_function_calling": true, "supports_vision": true, "supports_response_schema": false,
    "deprecation_date": "2027-02-01", "rpm": 1, "tpm": 1
  },
  "groq/quick-2": {"litellm_provider": "groq", "mode": "chat", "max_tokens": 8192,
                   "input_cost_per_token": 5e-08, "output_cost_per_token": 8e-08},
  "vec": {"litellm_provider": "openai", "mode": "embedding", "max_input_tokens": 8191,
          "input_cost_per_token": 2e-08, "output_cost_per_token": 0},
  "elsewhere": {"litellm_provider": "unheard_of", "mode": "chat"}
})";

constexpr const char* models_dev_list = R"({
  "openai": {"id": "openai", "models": {
    "quick-1": {"id": "quick-1", "tool_call": true, "reasoning": false, "temperature": true,
      "structured_output": true, "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
      "cost": {"input": 2.5, "output": 10, "cache_read": 1.25,
               "context_over_200k": {"input": 5, "output": 15}},
      "limit": {"context": 100000, "input": 90000, "output": 4000}},
    "text-embed": {"id": "text-embed", "modalities": {"input": ["text"], "output": ["text"]},
      "cost": {"input": 0.02, "output": 0}, "limit": {"context": 8191, "output": 1536}}}},
  "google": {"id": "google", "models": {
    "paint": {"modalities": {"input": ["text"], "output": ["image"]}, "limit": {"context": 1}}}},
  "unheard_of": {"models": {"x": {}}}
})";

const listed_model& find(const std::vector<listed_model>& list, const std::string& name) {
  const auto it = std::ranges::find(list, name, &listed_model::name);
  REQUIRE(it != list.end());
  return *it;
}

} // namespace

TEST_CASE("the two formats are told apart, and from anything else") {
  CHECK(is_litellm(litellm_list));
  CHECK_FALSE(is_litellm(models_dev_list));
  CHECK(is_models_dev(models_dev_list));
  CHECK_FALSE(is_models_dev("{\"a\": 1}"));
}

TEST_CASE("LiteLLM's list: prices a token become prices a million, exactly") {
  const auto list = decode_litellm(litellm_list);
  REQUIRE(list);
  CHECK(list->size() == 3);
  const listed_model& m = find(*list, "quick-1");
  CHECK(m.provider == "openai");
  CHECK(m.kind == model_kind::chat);
  CHECK(m.context == 100'000);
  CHECK(m.output_max == 4000);
  CHECK(m.rates.input == 2.5);
  CHECK(m.rates.output == 10.0);
  CHECK(m.rates.cached_input == 1.25);
  CHECK(m.batch_factor == 0.5);
  REQUIRE(m.tiers.size() == 1);
  CHECK(m.tiers[0].above_input == 200'000);
  CHECK(m.tiers[0].rates.input == 5.0);
  CHECK(m.tiers[0].rates.output == 15.0);
  CHECK(m.tools == true);
  CHECK(m.json_schema == false);
  CHECK(m.input == std::vector{modality::text, modality::image});
  CHECK(m.retired.has_value());
}

TEST_CASE("LiteLLM's list: names lose the provider that LiteLLM puts before them") {
  const auto list = decode_litellm(litellm_list);
  REQUIRE(list);
  const listed_model& m = find(*list, "quick-2");
  CHECK(m.provider == "groq");
  CHECK(m.context == 8192);
  CHECK(m.rates.input == 0.05);
  CHECK(find(*list, "vec").kind == model_kind::embedding);
}

TEST_CASE("models.dev's list: sizes, prices above a size, abilities, kinds") {
  const auto list = decode_models_dev(models_dev_list);
  REQUIRE(list);
  const listed_model& m = find(*list, "quick-1");
  CHECK(m.context == 100'000);
  CHECK(m.input_max == 90'000);
  CHECK(m.rates.input == 2.5);
  REQUIRE(m.tiers.size() == 1);
  CHECK(m.tiers[0].above_input == 200'000);
  CHECK(m.tiers[0].rates.output == 15.0);
  CHECK(m.input == std::vector{modality::text, modality::image, modality::file});
  CHECK(m.tools == true);
  CHECK(m.reasoning == false);
  CHECK(find(*list, "text-embed").kind == model_kind::embedding);
  CHECK_FALSE(find(*list, "text-embed").output_max);
  CHECK(find(*list, "paint").provider == "gemini");
  CHECK(find(*list, "paint").kind == model_kind::image);
}

TEST_CASE("what is no list ends in an error, never in a crash") {
  for (const char* text : {"", "[]", "{", "{\"a\": 1}", "nonsense", "{\"a\": {\"models\": 3}}"}) {
    INFO(text);
    const auto a = decode_litellm(text);
    const auto b = decode_models_dev(text);
    CHECK((!a || a->empty()));
    CHECK((!b || b->empty()));
  }
  const auto odd = decode_models_dev(
      R"({"openai": {"models": {"m": {"limit": {"context": "many"}}}}})");
  REQUIRE_FALSE(odd);
  CHECK(odd.failure().message.find("openai.models.m.limit.context") != std::string::npos);
  const std::string whole = litellm_list;
  for (std::size_t cut = 0; cut < whole.size(); cut += 7)
    CHECK_FALSE(decode_litellm(whole.substr(0, cut)));
}
