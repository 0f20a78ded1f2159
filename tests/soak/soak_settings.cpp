#include "tests/soak/soak_settings.hpp"

#include "config/load.hpp"

#include <stdexcept>

namespace spillway::soak {
namespace {

constexpr const char* text = R"(
[runtime]
io_threads = 1

[providers.sim]
base_url = "http://127.0.0.1:1/v1"
api_key_env = ["SOAK_KEY"]
timeouts = { connect = "2s", first_byte = "2s", idle = "2s", total = "4s" }

[models.narrow]
provider = "sim"
context = 8000
output_max = 1000
limits = { requests_per_minute = 90 }
prices = [{ input = 0.5, output = 2 }]

[models.heavy]
provider = "sim"
context = 8000
output_max = 1000
limits = { requests_per_minute = 600, tokens_per_minute = 12000 }
prices = [{ input = 1, cached_input = 0.25, output = 4 }]

[models.daily]
provider = "sim"
context = 8000
output_max = 1000
limits = { requests_per_minute = 600, requests_per_day = 150 }
prices = [{ input = 1, output = 4 }]

[models.wide]
provider = "sim"
context = 8000
output_max = 1000
limits = { requests_per_minute = 6000 }
prices = [{ input = 1, output = 4 }]

[routes]
default = ["narrow", "wide"]
tokens = ["heavy", "wide"]
day = ["daily", "wide"]
only = ["narrow"]

[routing]
wait_max = "20ms"

[langfuse]
flush_at = 16
flush_interval = "40ms"
)";

/// The total budget for each point, in nano-dollars: what an average life spends, less a tenth.
constexpr std::int64_t nano_usd_a_point = 2'500'000;
constexpr std::int64_t nano_usd_a_team = 8'000'000;

} // namespace

config::settings soak_settings(std::size_t points) {
  auto settings = config::load_text(text, "soak");
  if (!settings)
    throw std::runtime_error{settings.failure().message};
  const auto total = static_cast<std::int64_t>(points) * nano_usd_a_point;
  settings->budget.rules = {
      {"global", "", money::period::total, nano_usd{total}, money::exhausted_policy::refuse},
      {"team", "", money::period::total, nano_usd{nano_usd_a_team},
       money::exhausted_policy::cheaper}};
  return std::move(*settings);
}

config::environment soak_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const bool known =
        name == "SOAK_KEY" || (name.starts_with("LANGFUSE_") && name.ends_with("_KEY"));
    return known ? std::optional<std::string>{"simulated"} : std::nullopt;
  };
}

} // namespace spillway::soak
