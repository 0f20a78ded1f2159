#include "examples/04_many_agents/review_settings.hpp"

#include "config/load.hpp"

using namespace spillway;

namespace {

/// Laid over the defaults that come with Spillway (config/defaults).
constexpr const char* small_account = R"(
[routing]
default_route = "review"
wait_max = "1500ms"
deadline = "3m"

[routes]
review = ["gpt-4o-mini", "gemini-2.5-flash-lite", "gpt-3.5-turbo"]

[models.gpt-4o-mini.limits]
requests_per_minute = 18
concurrent_requests = 3

[models."gemini-2.5-flash-lite".limits]
requests_per_minute = 15
concurrent_requests = 3

[models."gpt-3.5-turbo".limits]
requests_per_minute = 20
concurrent_requests = 2

[langfuse]
flush_at = 16
flush_interval = "500ms"
)";

} // namespace

result<config::settings> review_settings(const command_line& c) {
  auto settings = c.config_file.empty() ? config::load_text(small_account, "built-in settings")
                                        : config::load_file(c.config_file);
  if (!settings)
    return settings;
  nano_usd limit;
  if (!parse_decimal_usd(c.budget_usd, limit) || limit < nano_usd{0})
    return error{"--budget: '" + c.budget_usd + "' is not an amount of dollars, such as 0.25"};
  settings->budget.rules.push_back({"global", "", money::period::day, limit});
  return settings;
}
