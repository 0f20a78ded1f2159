#include "providers/profile.hpp"

#include <array>
#include <string>

namespace spillway::providers {
namespace {

// Sources: https://platform.openai.com/docs/api-reference/chat/create,
// https://ai.google.dev/gemini-api/docs/openai,
// https://learn.microsoft.com/azure/ai-foundry/openai/reference (all 2026-10-27). `generic` is what
// every server since 2023 understands: vLLM, llama.cpp, Ollama, DeepSeek, Groq.
constexpr std::array<profile, 4> profiles = {{
    {"openai", "Authorization", "Bearer ", {.max_completion_tokens = true, .developer_role = true}},
    {"gemini_openai",
     "Authorization",
     "Bearer ",
     {.max_completion_tokens = true, .developer_role = false}},
    {"azure", "api-key", "", {.max_completion_tokens = true, .developer_role = true}},
    {"generic",
     "Authorization",
     "Bearer ",
     {.max_completion_tokens = false, .developer_role = false}},
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

} // namespace spillway::providers
