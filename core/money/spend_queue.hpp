#pragma once

#include "core/money/ledger.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace spillway::money {

/// The answer to a call that waited.
struct late_answer {
  reservation_id id;
  spend_decision decision;
};

/// Calls that wait for room in a budget, first come, first served, where a rule says
/// `exhausted_policy::wait`. A call waits only while there is hope before its time is up: the
/// accounts that refused begin a new period, or others give back what they have set aside. If no
/// more may wait (`bounds::budget_queue_max`), the newest of those that wait for the account with
/// the most gives way, so that nobody's empty account keeps others from waiting for theirs.
///
/// Owned by the budget actor, beside its ledger. Not thread-safe.
class spend_queue {
public:
  /// Reserves, refuses, or keeps `r` waiting (absent). Requires: as `ledger::reserve`.
  std::optional<spend_decision> ask(ledger& l, spend_request r, wall_time now);

  /// Those who can be answered since money was given back, time went by or they gave way; each
  /// leaves the queue.
  std::vector<late_answer> answer(ledger& l, wall_time now);

  /// False if `id` does not wait.
  bool withdraw(reservation_id id);

  /// When `answer` is due even if nothing is given back; `wall_time::max()`: never,
  /// `wall_time{}`: at once.
  wall_time due() const noexcept;

  /// Those that have to be answered yet.
  std::size_t size() const noexcept { return waiting_.size() + gave_way_.size(); }

private:
  struct waiter {
    spend_request request;
    spend_decision no; ///< the last word on it
    wall_time due() const noexcept; ///< the next period, or the end of its patience
  };

  static bool may_hope(const spend_decision& no, const spend_request& r, wall_time now);
  bool make_room_for(const std::string& account);

  std::deque<waiter> waiting_;
  std::vector<late_answer> gave_way_;
};

} // namespace spillway::money
