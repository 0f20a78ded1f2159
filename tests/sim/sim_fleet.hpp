#pragma once

#include "runtime/wiring.hpp"
#include "simulator/provider.hpp"
#include "simulator/trace_receiver.hpp"
#include "storage/journal.hpp"
#include "tests/support/virtual_http.hpp"
#include "tests/support/virtual_system.hpp"

#include <caf/actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace spillway::tests {

/// What one seed decides about a run.
struct sim_plan {
  std::uint64_t seed = 1;
  int requests = 40;
  duration arrivals_within = std::chrono::seconds{30};
  bool journal = false;
  bool kill_limiters = false;
  const char* target = "all"; ///< or one model
  int crashes = 0; ///< of the whole runtime, each followed by a restart on its journal
  simulator::window_kind window = simulator::window_kind::sliding;
  std::vector<simulator::fault_rule> faults;
  nano_usd budget{1'000'000'000};
  money::exhausted_policy on_exhausted = money::exhausted_policy::cheaper;
};

/// Draws a plan from its seed: every kind of fault, window and accident comes up.
sim_plan draw_plan(std::uint64_t seed);

/// The whole runtime on virtual time: real actors, codecs and ledgers, a simulated provider and
/// trace receiver behind a virtual network, mailboxes served in an order drawn from the seed.
class sim_fleet {
public:
  explicit sim_fleet(const sim_plan& plan);
  ~sim_fleet();
  sim_fleet(const sim_fleet&) = delete;
  sim_fleet& operator=(const sim_fleet&) = delete;

  /// Sends all requests at their times and runs until each is answered, or lost in a crash. False
  /// if the world came to rest before that.
  bool run();

  /// Replies by request, in order of arrival.
  const std::map<std::uint64_t, std::vector<completion_reply>>& replies() const { return replies_; }

  simulator::provider_statistics provider() const { return provider_.statistics(); }
  const simulator::trace_counts& traces() const { return receiver_.counts(); }
  trace_status flush();
  budget_status budget();
  cumulative_cost costs();
  /// What the journal says was spent, once everything is on disk; absent without a journal.
  std::optional<nano_usd> journaled();
  /// What the journal holds, once everything is on disk. Requires: there is one.
  storage::verification ledger();
  router_status router();
  std::vector<limiter_status> limiters();
  std::size_t open_http_calls() const { return http_->open_calls(); }

  /// Largest spent + reserved seen at any time, beyond the limit: zero if the budget held.
  nano_usd overshoot() const { return overshoot_; }

private:
  void send(std::uint64_t number);
  void cancel_later(std::uint64_t number);
  void kill_a_limiter();
  void wire();
  void stop(caf::exit_reason how);
  void crash_and_restart();
  void look_at_budget();
  bool all_answered() const;

  sim_plan plan_;
  std::minstd_rand random_;
  virtual_system world_;
  simulator::provider provider_;
  simulator::trace_receiver receiver_;
  std::shared_ptr<virtual_http> http_;
  std::shared_ptr<storage::journal> journal_;
  runtime::runtime_actors actors_;
  caf::actor client_;
  std::map<std::uint64_t, std::vector<completion_reply>> replies_;
  std::set<std::uint64_t> sent_;
  std::set<std::uint64_t> lost_; ///< requests that were open in a crash
  nano_usd overshoot_;
};

} // namespace spillway::tests
