#pragma once

#include "core/units.hpp"
#include "simulator/chance.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// One limit of a provider and the calls that are offered to it, at twice what it allows.
struct quota_case {
  std::string name; ///< "rpm_500"
  std::optional<std::int64_t> requests_per_minute;
  std::optional<std::int64_t> tokens_per_minute; ///< charged on arrival: prompt and reply bound
  std::size_t waiting_max = 0;                   ///< callers that wait at once; others go elsewhere
  int minutes = 60;                              ///< virtual, of one run
  /// The provider says in each head how long it worked (`openai-processing-ms`).
  bool tells_work = false;
  double others = 0; ///< share of the quota that somebody else uses with the same key
};

/// One call as it really is, and as its sender guesses it.
struct offered_call {
  std::int64_t input = 0;       ///< tokens of the prompt
  std::int64_t input_guess = 0; ///< what the client believes before the reply says it
  std::int64_t output_max = 0;
  std::int64_t charge() const noexcept { return input + output_max; }
  std::int64_t charge_guess() const noexcept { return input_guess + output_max; }
};

/// One trip over the network and through the model.
struct call_times {
  spillway::duration there{};    ///< send -> the provider's limiter
  spillway::duration to_head{};  ///< limiter -> the head leaves the provider
  spillway::duration back{};     ///< provider -> client
  spillway::duration to_end{};   ///< head -> end of the body
};

/// Draws calls and their fates from a seed: prompts log-normal around 1,000 tokens, reply bounds
/// uniform, guesses of the prompt two percent low and three percent off; one-way delays log-normal
/// around 30 ms, one in 500 late by another 200 ms on average; heads around 0.6 s, 4 s a call.
class workload {
public:
  workload(const quota_case& quota, std::uint64_t seed);

  /// Until the next call is offered: exponential, at `load` times the quota's rate.
  spillway::duration next_gap(double load);
  offered_call next_call();
  call_times next_times();
  /// A refusal does not wait for the model.
  spillway::duration next_one_way();

private:
  double exponential(double mean);

  spillway::simulator::chance arrivals_;
  spillway::simulator::chance calls_;
  spillway::simulator::chance times_;
  double gap_mean_s_;
};

} // namespace bench
