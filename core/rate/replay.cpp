#include "core/rate/replay.hpp"

#include <algorithm>

namespace spillway::rate {

replay::replay(std::vector<window> windows, mono_time not_before)
    : windows_{std::move(windows)}, not_before_{not_before} {
}

mono_time replay::ready_at(const charge& c) const {
  mono_time ready = not_before_;
  for (const window& w : windows_) {
    const std::int64_t amount = c.of(w.which).expected;
    std::int64_t excess = w.used + amount - w.limit;
    for (std::size_t i = w.next; excess > 0 && i < w.releases.size(); ++i) {
      excess -= w.releases[i].amount;
      ready = std::max(ready, w.releases[i].at);
    }
    if (w.pace)
      ready = w.pace->ready_at(amount, std::max<std::int64_t>(w.limit, 1), ready);
  }
  return ready;
}

void replay::take(const charge& c, mono_time at) {
  not_before_ = std::max(not_before_, at);
  for (window& w : windows_) {
    for (; w.next < w.releases.size() && w.releases[w.next].at <= at; ++w.next)
      w.used -= w.releases[w.next].amount;
    const std::int64_t amount = c.of(w.which).expected;
    w.used += amount;
    if (w.pace)
      w.pace->take(amount, std::max<std::int64_t>(w.limit, 1), at);
    const window::release back{at + w.keeps, amount};
    auto place = w.releases.end();
    while (place != w.releases.begin() + static_cast<std::ptrdiff_t>(w.next)
           && std::prev(place)->at > back.at)
      --place;
    w.releases.insert(place, back);
  }
}

} // namespace spillway::rate
