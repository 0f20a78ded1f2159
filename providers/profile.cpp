#include "providers/profile.hpp"

#include <array>
#include <string>

namespace spillway::providers {
namespace {

using wire::openai::cache_notation;
using wire::openai::effort_notation;
using wire::openai::reasoning_return;
using wire::openai::request_options;
using wire::openai::schema_notation;

constexpr std::string_view bearer = "Bearer ";

// Turns come back from agents with fields that other servers put there, so servers that refuse a
// call for a field they do not know get those only which their own pages name.
constexpr std::array<std::string_view, 2> openai_members = {
    "response_format.json_schema.description", "stream_options.include_obfuscation"};

// https://platform.openai.com/docs/api-reference/chat/create (2026-10-27).
constexpr request_options openai_options{
    .developer_role = true,
    .refusal_field = true,
    .foreign = {.new_members = false, .known = openai_members}};

// https://developers.openai.com/api/docs/models, a page for each model, and
// https://platform.openai.com/docs/guides/prompt-caching (2026-10).
constexpr std::array<model_rule, 11> openai_models = {{
    {.begins = "o1", .reasons = true},
    {.begins = "o3", .reasons = true},
    {.begins = "o4", .reasons = true},
    {.begins = "gpt-5", .reasons = true},
    {.begins = "gpt-6", .reasons = true},
    {.begins = "gpt-5.6", .breakpoints = true},
    {.begins = "gpt-6", .breakpoints = true},
    {.begins = "", .holds = "-codex", .responses_only = true},
    {.begins = "", .holds = "-pro", .responses_only = true},
    {.begins = "", .holds = "-deep-research", .responses_only = true},
    {.begins = "computer-use", .responses_only = true},
}};

// What every server since 2023 understands, and what Ollama, vLLM and llama.cpp take beyond:
// https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html,
// https://docs.ollama.com/openai, https://github.com/ggml-org/llama.cpp/tree/master/tools/server
// (2026-10).
constexpr request_options generic_options{.max_completion_tokens = false, .top_k = true};

// https://ai.google.dev/gemini-api/docs/openai (2026-10-17). An unknown field is a 400.
constexpr request_options gemini_facade_options{.user = false,
                                                .names = false,
                                                .logprobs = false,
                                                .thought_signatures = true,
                                                .foreign = {.new_members = false}};

// https://api-docs.deepseek.com/guides/thinking_mode, /guides/json_mode (2026-10): thoughts go back
// with tool calls, and there are no schemas.
constexpr request_options deepseek_options{.max_completion_tokens = false,
                                           .reasoning = reasoning_return::as_content,
                                           .schema = schema_notation::json_object};

// https://console.groq.com/docs/openai (2026-10): these fields are a 400, and so is any unknown one
// of a turn.
constexpr std::array<std::string_view, 1> groq_members = {
    "response_format.json_schema.description"};
constexpr request_options groq_options{
    .names = false,
    .logprobs = false,
    .foreign = {.new_members = false, .known = groq_members}};

// https://docs.mistral.ai/api (2026-10): unknown fields are a 422, ids of calls have nine letters.
constexpr std::array<std::string_view, 2> mistral_members = {
    "messages.prefix", "response_format.json_schema.description"};
constexpr request_options mistral_options{.max_completion_tokens = false,
                                          .usage_option = false,
                                          .user = false,
                                          .names = false,
                                          .logprobs = false,
                                          .short_call_ids = true,
                                          .seed_field = "random_seed",
                                          .effort = effort_notation::none,
                                          .foreign = {.new_members = false,
                                                      .known = mistral_members}};

// https://openrouter.ai/docs/api-reference/parameters, /docs/use-cases/reasoning-tokens,
// /docs/features/prompt-caching (2026-10).
constexpr request_options openrouter_options{.max_completion_tokens = false,
                                             .top_k = true,
                                             .effort = effort_notation::object,
                                             .reasoning = reasoning_return::as_details,
                                             .cache = cache_notation::control};

constexpr std::array<profile, 11> profiles = {{
    {"openai", "Authorization", bearer, openai_options, openai_models},
    // https://learn.microsoft.com/azure/ai-foundry/openai/reference (2026-10-27); base URLs end in
    // "/openai/v1". A deployment's name says nothing of its model.
    {"azure", "api-key", "", openai_options},
    {"gemini_openai", "Authorization", bearer, gemini_facade_options},
    {"deepseek", "Authorization", bearer, deepseek_options},
    {"groq", "Authorization", bearer, groq_options},
    {"mistral", "Authorization", bearer, mistral_options},
    {"openrouter", "Authorization", bearer, openrouter_options},
    {"ollama", "Authorization", bearer, generic_options},
    {"vllm", "Authorization", bearer, generic_options},
    {"llamacpp", "Authorization", bearer, generic_options},
    {"generic", "Authorization", bearer, generic_options},
}};

} // namespace

result<profile> find_profile(std::string_view dialect) {
  std::string known;
  for (const profile& row : profiles) {
    if (row.dialect == dialect)
      return row;
    known += (known.empty() ? "" : ", ") + std::string{row.dialect};
  }
  return error{"unknown dialect '" + std::string{dialect} + "'; known: " + known};
}

model_rule rule_for(const profile& row, std::string_view model) {
  model_rule all{model};
  for (const model_rule& rule : row.models) {
    if (!model.starts_with(rule.begins) || model.find(rule.holds) == std::string_view::npos)
      continue;
    all.reasons = all.reasons || rule.reasons;
    all.responses_only = all.responses_only || rule.responses_only;
    all.breakpoints = all.breakpoints || rule.breakpoints;
  }
  return all;
}

} // namespace spillway::providers
