// A budget that cannot overshoot, and a fallback when a provider fails: the preferred model's
// account is out of credit, and our own money is enough for a few calls only.

#include "config/load.hpp"
#include "runtime/local_world.hpp"
#include "runtime/runtime.hpp"

#include <cstdio>
#include <cstdlib>

using namespace spillway;

namespace {

constexpr const char* tight_budget = R"(
[routing]
output_default = 200

[[budget.rules]]
period = "day"
limit_usd = 0.001
)";

} // namespace

int main() {
  auto settings = config::load_text(tight_budget, "example");
  if (!settings)
    return std::fprintf(stderr, "%s\n", settings.failure().message.c_str()), EXIT_FAILURE;

  simulator::fault_rule broken;
  broken.model = "gpt-4o-mini";
  broken.kind = simulator::fault_kind::quota_exhausted;
  runtime::local_world_options faulty;
  faulty.faults.push_back(broken);
  auto world = runtime::local_world::start(*settings, std::move(faulty));
  if (!world)
    return std::fprintf(stderr, "%s\n", world.failure().message.c_str()), EXIT_FAILURE;

  runtime::runtime_options options;
  options.settings = std::move(*settings);
  options.environment = runtime::local_world::environment();
  auto spillway = runtime::runtime::start(std::move(options));
  if (!spillway)
    return std::fprintf(stderr, "%s\n", spillway.failure().message.c_str()), EXIT_FAILURE;

  auto client = (*spillway)->client();
  completion_reply reply;
  int answered = 0;
  do {
    reply = client->ask("default", "Name a river and the sea it flows into.");
    std::printf("%-10s %-24s %s  %s\n", to_string(reply.status), reply.model.value.c_str(),
                to_display_usd(reply.cost.total, 6).c_str(), reply.reason.c_str());
    answered += reply.status == completion_status::answered;
  } while (reply.status == completion_status::answered);

  const auto account = (*spillway)->look().budget.accounts.at(0);
  std::printf("\n%s: %s of %s spent, %s reserved\n", account.account.c_str(),
              to_display_usd(account.spent, 6).c_str(), to_display_usd(account.limit, 6).c_str(),
              to_display_usd(account.reserved, 6).c_str());
  const bool kept = account.spent <= account.limit && account.reserved == nano_usd{0};
  return answered > 0 && reply.status == completion_status::over_budget && kept ? EXIT_SUCCESS
                                                                                : EXIT_FAILURE;
}
