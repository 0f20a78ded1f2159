#include "providers/refused_limit.hpp"

#include <algorithm>
#include <array>

namespace spillway::providers {
namespace {

using rate::dimension;

struct naming {
  std::string_view words;
  dimension limit;
};

/// Days before minutes, parts before totals: the first that occurs counts.
/// Sources: recorded refusals of OpenAI, Azure, Groq, OpenRouter, Anthropic and Gemini (2024-02 to
/// 2026-08);
/// https://ai.google.dev/gemini-api/docs/rate-limits, https://console.groq.com/docs/rate-limits
/// (both 2026-10).
constexpr std::array<naming, 28> namings = {{
    {"(RPD)", dimension::requests_per_day},
    {"(TPD)", dimension::tokens_per_day},
    {"requests per day", dimension::requests_per_day},
    {"tokens per day", dimension::tokens_per_day},
    {"RequestsPerDay", dimension::requests_per_day},
    {"RequestsPerModelPerDay", dimension::requests_per_day},
    {"TokensPerDay", dimension::tokens_per_day},
    {"TokensPerModelPerDay", dimension::tokens_per_day},
    {"models-per-day", dimension::requests_per_day},
    {"Number of request tokens has exceeded your daily", dimension::tokens_per_day},
    {"input tokens per min", dimension::input_tokens_per_minute},
    {"InputTokensPerModelPerMinute", dimension::input_tokens_per_minute},
    {"input_token_count", dimension::input_tokens_per_minute},
    {"output tokens per min", dimension::output_tokens_per_minute},
    {"(RPM)", dimension::requests_per_minute},
    {"requests per min", dimension::requests_per_minute},
    {"request limit per minute", dimension::requests_per_minute},
    {"RequestsPerMinute", dimension::requests_per_minute},
    {"RequestsPerModelPerMinute", dimension::requests_per_minute},
    {"(TPM)", dimension::tokens_per_minute},
    {"tokens per min", dimension::tokens_per_minute},
    {"token rate limit", dimension::tokens_per_minute},
    {"Number of request tokens has exceeded your per-minute", dimension::tokens_per_minute},
    {"call rate limit", dimension::requests_per_minute},
    {"Number of requests has exceeded your per-minute", dimension::requests_per_minute},
    {"models-per-min", dimension::requests_per_minute},
    {"concurrent requests", dimension::concurrent_requests},
    {"concurrent connections", dimension::concurrent_requests},
}};

} // namespace

std::optional<rate::dimension> refused_limit(std::string_view type, std::string_view message) {
  const auto named = std::ranges::find_if(namings, [&](const naming& n) {
    return message.find(n.words) != std::string_view::npos;
  });
  if (named != namings.end())
    return named->limit;
  if (type == "tokens")
    return dimension::tokens_per_minute;
  if (type == "requests")
    return dimension::requests_per_minute;
  return std::nullopt;
}

} // namespace spillway::providers
