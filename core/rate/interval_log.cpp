#include "core/rate/interval_log.hpp"

#include "core/bounds.hpp"

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
  if (entries_.size() >= bounds::interval_log_entries_max)
    coarsen();
  running_ += e.amount;
  auto at = entries_.end();
  while (at != entries_.begin() && std::prev(at)->expiry > e.expiry)
    --at;
  entries_.insert(at, e);
}

/// Makes one of those of the older half that expire nearly together, so that a quarter goes.
void interval_log::coarsen() {
  const std::size_t half = entries_.size() / 2;
  const duration span = entries_[half - 1].expiry - entries_.front().expiry;
  const duration grain = span / static_cast<duration::rep>(half / 2);
  std::size_t last = 0;
  mono_time group = entries_.front().expiry;
  for (std::size_t i = 1; i < half; ++i) {
    const entry e = entries_[i];
    if (e.expiry - group > grain) {
      group = e.expiry;
      entries_[++last] = e;
    } else {
      entries_[last] = {e.expiry, entries_[last].amount + e.amount, {}};
    }
  }
  const auto begin = entries_.begin();
  entries_.erase(begin + static_cast<std::ptrdiff_t>(last) + 1,
                 begin + static_cast<std::ptrdiff_t>(half));
}

/// Of many that expire together, as at midnight, the newest are asked for.
std::deque<interval_log::entry>::iterator interval_log::find(lease_id lease, mono_time expiry) {
  auto it = std::ranges::upper_bound(entries_, expiry, {}, &entry::expiry);
  while (it != entries_.begin() && std::prev(it)->expiry == expiry)
    if ((--it)->lease == lease)
      return it;
  return entries_.end();
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
