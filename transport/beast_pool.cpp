#include "transport/beast_pool.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::transport {

beast_pool::beast_pool(std::size_t connections_max) : connections_max_{connections_max} {
}

beast_pool::pool& beast_pool::pool_of(const http_endpoint& to) {
  return pools_[{to.tls, to.host, to.port}];
}

/// The youngest idle connection that its server has not closed meanwhile; null if there is none.
std::unique_ptr<connection> beast_pool::take_idle(pool& p) {
  while (!p.idle.empty()) {
    auto youngest = std::move(p.idle.back());
    p.idle.pop_back();
    if (youngest->is_quiet())
      return youngest;
    --p.open;
  }
  return nullptr;
}

net::awaitable<std::optional<beast_pool::place>> beast_pool::take(const http_endpoint& to,
                                                                  net::timer& wake) {
  pool& p = pool_of(to);
  if (auto idle = take_idle(p))
    co_return place{std::move(idle)};
  if (p.open < connections_max_) {
    ++p.open;
    co_return place{};
  }
  if (p.waiting.size() >= bounds::connection_queue_max)
    co_return std::nullopt;
  waiter me{&wake, {}};
  p.waiting.push_back(&me);
  wake.expires_at(mono_time::max());
  co_await wake.async_wait(net::awaited);
  std::erase(p.waiting, &me);
  co_return std::move(me.given);
}

void beast_pool::give(pool& p, place granted) {
  waiter* first = p.waiting.front();
  p.waiting.pop_front();
  first->given = std::move(granted);
  first->wake->cancel();
}

void beast_pool::put_back(std::unique_ptr<connection> c, mono_time now) {
  pool& p = pool_of(c->endpoint);
  c->reused = true;
  c->idle_since = now;
  if (p.waiting.empty())
    p.idle.push_back(std::move(c));
  else
    give(p, {std::move(c)});
}

void beast_pool::drop(const http_endpoint& to) {
  pool& p = pool_of(to);
  if (p.waiting.empty())
    --p.open;
  else
    give(p, {});
}

void beast_pool::close_idle_since(mono_time limit) {
  for (auto& entry : pools_) {
    pool& p = entry.second;
    const auto fresh =
        std::ranges::find_if(p.idle, [&](const auto& c) { return c->idle_since > limit; });
    p.open -= static_cast<std::size_t>(fresh - p.idle.begin());
    p.idle.erase(p.idle.begin(), fresh);
  }
}

std::optional<mono_time> beast_pool::oldest_idle_since() const noexcept {
  std::optional<mono_time> oldest;
  for (const auto& entry : pools_) {
    const auto& idle = entry.second.idle;
    if (!idle.empty() && (!oldest || idle.front()->idle_since < *oldest))
      oldest = idle.front()->idle_since;
  }
  return oldest;
}

} // namespace spillway::transport
