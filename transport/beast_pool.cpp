#include "transport/beast_pool.hpp"

#include "core/bounds.hpp"

#include <algorithm>

namespace spillway::transport {

beast_pool::beast_pool(net::strand strand, std::size_t connections_max)
    : strand_{std::move(strand)}, connections_max_{connections_max} {
}

beast_pool::pool& beast_pool::pool_of(const http_endpoint& to) {
  return pools_[{to.tls, to.host, to.port}];
}

net::awaitable<std::optional<beast_pool::place>> beast_pool::take(const http_endpoint& to,
                                                                  net::timer& wake) {
  pool& p = pool_of(to);
  if (!p.idle.empty()) {
    place taken{std::move(p.idle.back())};
    p.idle.pop_back();
    co_return taken;
  }
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

bool beast_pool::has_idle() const noexcept {
  return std::ranges::any_of(pools_, [](const auto& e) { return !e.second.idle.empty(); });
}

} // namespace spillway::transport
