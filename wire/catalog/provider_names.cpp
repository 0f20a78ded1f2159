#include "wire/catalog/provider_names.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace spillway::wire::catalog {
namespace {

struct pair {
  std::string_view theirs;
  std::string_view ours;
};

constexpr std::array<pair, 10> names = {{
    {"openai", "openai"},
    {"gemini", "gemini"},
    {"google", "gemini"},
    {"anthropic", "anthropic"},
    {"deepseek", "deepseek"},
    {"groq", "groq"},
    {"mistral", "mistral"},
    {"openrouter", "openrouter"},
    {"azure", "azure"},
    {"ollama", "ollama"},
}};

} // namespace

std::optional<std::string> our_name(std::string_view theirs) {
  for (const pair& p : names)
    if (p.theirs == theirs)
      return std::string{p.ours};
  return std::nullopt;
}

std::optional<wall_time> read_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  int year = 0;
  unsigned month = 0;
  unsigned of_month = 0;
  const auto read = [&](std::size_t at, std::size_t length, auto& out) {
    const char* end = text.data() + at + length;
    return std::from_chars(text.data() + at, end, out).ptr == end;
  };
  if (!read(0, 4, year) || !read(5, 2, month) || !read(8, 2, of_month))
    return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{year}, std::chrono::month{month},
                                        std::chrono::day{of_month}};
  if (!day.ok())
    return std::nullopt;
  return wall_time{std::chrono::sys_days{day}};
}

} // namespace spillway::wire::catalog
