#include "core/money/spend_queue.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <utility>

namespace spillway::money {

bool spend_queue::may_hope(const spend_decision& no, const spend_request& r, wall_time now) {
  const bool in_time = no.held_up || no.opens_at < r.wait_until;
  return no.on_exhausted == exhausted_policy::wait && now < r.wait_until && in_time;
}

std::optional<spend_decision> spend_queue::ask(ledger& l, spend_request r, wall_time now) {
  spend_decision decision = l.reserve(r, now);
  if (decision.reserved || !may_hope(decision, r, now)
      || waiting_.size() >= bounds::budget_queue_max)
    return decision;
  const wall_time due = std::min(decision.opens_at, r.wait_until);
  waiting_.push_back({std::move(r), due});
  return std::nullopt;
}

std::vector<late_answer> spend_queue::answer(ledger& l, wall_time now) {
  std::vector<late_answer> answered;
  for (waiter& w : std::exchange(waiting_, {})) {
    spend_decision decision = l.reserve(w.request, now);
    if (decision.reserved || !may_hope(decision, w.request, now)) {
      answered.push_back({w.request.id, std::move(decision)});
      continue;
    }
    w.due = std::min(decision.opens_at, w.request.wait_until);
    waiting_.push_back(std::move(w));
  }
  return answered;
}

bool spend_queue::withdraw(reservation_id id) {
  return std::erase_if(waiting_, [&](const waiter& w) { return w.request.id == id; }) != 0;
}

wall_time spend_queue::due() const noexcept {
  wall_time first = wall_time::max();
  for (const waiter& w : waiting_)
    first = std::min(first, w.due);
  return first;
}

} // namespace spillway::money
