#include "core/rate/interval_log.hpp"

#include <algorithm>

namespace spillway::rate {

void interval_log::hold(std::int64_t amount) {
  held_ += amount;
}

void interval_log::unhold(std::int64_t amount) {
  held_ -= amount;
  SPILLWAY_ASSERT(held_ >= 0);
}

void interval_log::add(entry e) {
  running_ += e.amount;
  auto at = entries_.end();
  while (at != entries_.begin() && std::prev(at)->expiry > e.expiry)
    --at;
  entries_.insert(at, e);
}

std::deque<interval_log::entry>::iterator interval_log::find(lease_id lease, mono_time expiry) {
  auto it = std::ranges::lower_bound(entries_, expiry, {}, &entry::expiry);
  while (it != entries_.end() && it->expiry == expiry && it->lease != lease)
    ++it;
  return it != entries_.end() && it->expiry == expiry ? it : entries_.end();
}

void interval_log::change(lease_id lease, mono_time expiry, std::int64_t amount) {
  const auto it = find(lease, expiry);
  if (it == entries_.end())
    return;
  running_ += amount - it->amount;
  it->amount = amount;
}

bool interval_log::remove(lease_id lease, mono_time expiry) {
  const auto it = find(lease, expiry);
  if (it == entries_.end())
    return false;
  running_ -= it->amount;
  entries_.erase(it);
  return true;
}

void interval_log::expire(mono_time now) {
  while (!entries_.empty() && entries_.front().expiry <= now) {
    running_ -= entries_.front().amount;
    entries_.pop_front();
  }
}

std::int64_t interval_log::sum_between(mono_time from, mono_time to, lease_id but) const {
  std::int64_t sum = 0;
  auto it = std::ranges::upper_bound(entries_, from, {}, &entry::expiry);
  for (; it != entries_.end() && it->expiry <= to; ++it)
    sum += it->lease == but ? 0 : it->amount;
  return sum;
}

std::optional<mono_time> interval_log::gives_back(std::int64_t needed) const {
  for (const entry& e : entries_) {
    needed -= e.amount;
    if (needed <= 0)
      return e.expiry;
  }
  return std::nullopt;
}

} // namespace spillway::rate
