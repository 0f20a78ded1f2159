#pragma once

// Internal to core/rate: what an admission holds.

#include "core/money/calendar.hpp"
#include "core/rate/admission.hpp"
#include "core/rate/arrival.hpp"
#include "core/rate/window.hpp"

#include <array>
#include <unordered_map>

namespace spillway::rate {

/// One call from its grant to its end.
struct open_lease {
  charge asked;
  charge taken; ///< as predicted
  std::array<std::int64_t, all_dimensions.size()> used_then{}; ///< own use at its grant, itself too
  mono_time acquired_at{};
  bool sent = false;
  bool proven = false; ///< its reply has begun
  mono_time sent_at{};
  mono_time counted_from{}; ///< if sent: the latest moment at which the provider counted it
  wall_time counted_from_wall{};
};

struct admission::state {
  using lease_iterator = std::unordered_map<lease_id, open_lease>::iterator;

  explicit state(limits l);

  limits allowed;
  std::vector<window> windows; ///< the limited dimensions but concurrency
  std::unordered_map<lease_id, open_lease> leases;
  mono_time paused_until = mono_time::min();
  mutable money::period_span day; ///< the civil day of the last question, if days are civil
  duration mean_hold{};           ///< of a concurrency slot
  arrival_estimate arrivals;

  mono_time expiry_of(const window& w, mono_time counted_from, wall_time wall) const;
  wall_time end_of_day(wall_time wall) const;
  void expire(mono_time now);
  decision decide(const charge& c, instant now) const;
  decision refuse_if_impossible(const charge& c) const;
  charge predict(const charge& asked) const;
  window* find(dimension which);
  window opened(dimension which, std::int64_t limit, mono_time now) const;
  std::vector<held_charge> held_charges(duration lag) const;
  replay foresee(instant now, duration lag, outlook how) const;
  void mark_sent(lease_id lease, open_lease& open, instant now);
  void conclude(lease_iterator it, const charge& actual, instant now);
  void take_back(lease_iterator it);
  std::int64_t own_use_then(const window& w, lease_id self, const open_lease& open) const;
  std::vector<window*> suspects(const charge& asked, const observed_limits& seen,
                                std::optional<dimension> named);
};

} // namespace spillway::rate
