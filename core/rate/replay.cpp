#include "core/rate/replay.hpp"

#include <algorithm>

namespace spillway::rate {

replay::replay(std::vector<window> windows, mono_time not_before)
    : windows_{std::move(windows)}, not_before_{not_before} {
}

std::int64_t replay::amount_of(const window& w, charge c) noexcept {
  return w.counts_tokens ? c.tokens.value() : 1;
}

mono_time replay::ready_at(charge c) const {
  mono_time ready = not_before_;
  for (const window& w : windows_) {
    std::int64_t excess = w.used + amount_of(w, c) - w.limit;
    for (std::size_t i = w.next; excess > 0 && i < w.releases.size(); ++i) {
      excess -= w.releases[i].amount;
      ready = std::max(ready, w.releases[i].at);
    }
  }
  return ready;
}

void replay::take(charge c, mono_time at) {
  not_before_ = std::max(not_before_, at);
  for (window& w : windows_) {
    for (; w.next < w.releases.size() && w.releases[w.next].at <= at; ++w.next)
      w.used -= w.releases[w.next].amount;
    w.used += amount_of(w, c);
    const window::release back{at + w.keeps, amount_of(w, c)};
    auto place = w.releases.end();
    while (place != w.releases.begin() + static_cast<std::ptrdiff_t>(w.next)
           && std::prev(place)->at > back.at)
      --place;
    w.releases.insert(place, back);
  }
}

} // namespace spillway::rate
