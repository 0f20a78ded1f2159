// What is left of calls when they are over: nothing.

#include "tests/gateway/gateway_world.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

using namespace spillway;
using namespace std::chrono_literals;
using simulator::fault_kind;
using tests::gateway_world;
using tests::gateway_world_options;

namespace {

/// gpt-4o-mini answers; of gpt-3.5-turbo no stream comes to its end. No limit holds anybody up.
gateway_world_options without_limits() {
  gateway_world_options o;
  for (const char* model : {"gpt-4o-mini", "gpt-3.5-turbo"})
    o.config += std::string{"[models.'"} + model + "'.limits]\n"
                + "requests_per_minute = 'none'\ntokens_per_minute = 'none'\n"
                  "requests_per_day = 'none'\ntokens_per_day = 'none'\n";
  simulator::fault_rule silent;
  silent.kind = fault_kind::stalled_stream;
  silent.model = "gpt-3.5-turbo";
  silent.after_events = 3;
  o.provider.faults = {silent};
  o.provider.latency.median = 1ms;
  return o;
}

wire::http_request question(const char* model, bool streamed) {
  return {"POST", "/v1/chat/completions", {},
          std::string{R"({"model":")"} + model + R"(","stream":)" + (streamed ? "true" : "false")
              + R"(,"max_tokens":20,"messages":[{"role":"user","content":"Tell me."}]})"};
}

/// Waits for what has to happen soon, on a machine that may be busy.
void await(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (!done() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  REQUIRE(done());
}

void await_rest(gateway_world& w) {
  await([&] {
    const auto now = w.rt->look();
    return now.router.in_flight == 0 && now.traces.pending == 0;
  });
}

constexpr int at_once = 50;

/// `count` calls, fifty at once: half of them streamed, and of ten one is cut while its stream is
/// under way.
void call(gateway_world& w, int count) {
  for (int left = count; left > 0; left -= at_once) {
    std::atomic<int> open = at_once;
    std::vector<transport::http_call_id> to_cut;
    const auto ended = [&](const transport::http_exchange&) { --open; };
    for (int i = 0; i < at_once; ++i) {
      const bool cut = i % 10 == 0;
      const auto id = w.client->send(
          w.to(), question(cut ? "gpt-3.5-turbo" : "gpt-4o-mini", cut || i % 2 == 0), {}, ended);
      if (cut)
        to_cut.push_back(id);
    }
    const auto cuts = static_cast<int>(to_cut.size());
    await([&] { return open <= cuts; });
    await([&] { return w.rt->look().router.in_flight >= to_cut.size(); });
    for (const auto id : to_cut)
      w.client->cancel(id);
    await([&] { return open == 0; });
  }
  await_rest(w);
}

std::size_t bytes_in_use() {
  return mallinfo2().uordblks;
}

} // namespace

TEST_CASE("thousands of calls, a tenth of them cut, leave no actor and no memory behind") {
  gateway_world w{without_limits()};
  const auto actors = [&] { return w.rt->system().registry().running(); };
  call(w, 5'000); // fills what is bounded: the log of explanations, pools, tables
  const std::size_t before = actors();
  // What a call leaves grows in each round; pools that saw more calls at once, in one or two.
  constexpr int rounds = 5;
  constexpr int calls = 1'000;
  std::array<std::int64_t, rounds> grown{};
  for (auto& bytes : grown) {
    const auto held = static_cast<std::int64_t>(bytes_in_use());
    call(w, calls);
    bytes = static_cast<std::int64_t>(bytes_in_use()) - held;
  }
  // Jobs are kept for the next calls: as many as there ever were calls at once.
  await([&] { return actors() <= before + at_once; });
  std::ranges::sort(grown);
  const auto usual = grown[rounds / 2];
  INFO(usual << " bytes more in the middle one of " << rounds << " rounds of " << calls);
  CHECK(usual / calls < 32);
  CHECK(w.rt->look().budget.open_reservations == 0);
}
