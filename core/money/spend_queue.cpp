#include "core/money/spend_queue.hpp"

#include "core/bounds.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace spillway::money {

wall_time spend_queue::waiter::due() const noexcept {
  return std::min(no.opens_at, request.wait_until);
}

bool spend_queue::may_hope(const spend_decision& no, const spend_request& r, wall_time now) {
  const bool in_time = no.held_up || no.opens_at < r.wait_until;
  return no.on_exhausted == exhausted_policy::wait && now < r.wait_until && in_time;
}

std::optional<spend_decision> spend_queue::ask(ledger& l, spend_request r, wall_time now) {
  spend_decision decision = l.reserve(r, now);
  if (decision.reserved || !may_hope(decision, r, now) || !make_room_for(decision.account))
    return decision;
  waiting_.push_back({std::move(r), std::move(decision)});
  return std::nullopt;
}

/// False if all places are taken and the account with most of them would not have more than
/// `account` afterwards.
bool spend_queue::make_room_for(const std::string& account) {
  if (waiting_.size() < bounds::budget_queue_max)
    return true;
  std::map<std::string_view, std::size_t> held;
  for (const waiter& w : waiting_)
    ++held[w.no.account];
  const auto most = std::ranges::max_element(
      held, {}, [](const auto& calls) { return calls.second; });
  if (most->second <= held[account] + 1)
    return false;
  const auto newest = std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const waiter& w) {
    return w.no.account == most->first;
  });
  gave_way_.push_back({newest->request.id, std::move(newest->no)});
  waiting_.erase(std::next(newest).base());
  return true;
}

std::vector<late_answer> spend_queue::answer(ledger& l, wall_time now) {
  std::vector<late_answer> answered = std::exchange(gave_way_, {});
  for (waiter& w : std::exchange(waiting_, {})) {
    spend_decision decision = l.reserve(w.request, now);
    if (decision.reserved || !may_hope(decision, w.request, now)) {
      answered.push_back({w.request.id, std::move(decision)});
      continue;
    }
    w.no = std::move(decision);
    waiting_.push_back(std::move(w));
  }
  return answered;
}

bool spend_queue::withdraw(reservation_id id) {
  return std::erase_if(waiting_, [&](const waiter& w) { return w.request.id == id; }) != 0
         || std::erase_if(gave_way_, [&](const late_answer& a) { return a.id == id; }) != 0;
}

wall_time spend_queue::due() const noexcept {
  if (!gave_way_.empty())
    return wall_time{};
  wall_time first = wall_time::max();
  for (const waiter& w : waiting_)
    first = std::min(first, w.due());
  return first;
}

} // namespace spillway::money
