#pragma once

// Internal to transport: the connections of one client.

#include "transport/connection.hpp"

#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace spillway::transport {

/// Keeps idle connections for the next call (the youngest first, so that surplus ones age out),
/// caps how many are open to an endpoint, and queues calls beyond the cap. Used on one strand only.
class beast_pool {
public:
  /// A place among the open connections of an endpoint: an idle connection to reuse, or leave to
  /// open a new one. Whoever holds it gives it back by `put_back` or `drop`.
  struct place {
    std::unique_ptr<connection> idle; ///< null: open a new one
  };

  explicit beast_pool(std::size_t connections_max);

  /// Waits for a place. Absent if too many wait already, or `wake` was cancelled from outside.
  /// `wake` is a timer of the caller's that lives as long as the wait.
  net::awaitable<std::optional<place>> take(const http_endpoint& to, net::timer& wake);

  /// The connection may serve another call.
  void put_back(std::unique_ptr<connection> c, mono_time now);

  /// The connection is gone.
  void drop(const http_endpoint& to);

  /// Closes connections that have been idle since `limit` or before.
  void close_idle_since(mono_time limit);

  /// When the connection that is idle longest became so. Absent if none is idle.
  std::optional<mono_time> oldest_idle_since() const noexcept;

private:
  struct waiter {
    net::timer* wake = nullptr;
    std::optional<place> given;
  };
  struct pool {
    std::vector<std::unique_ptr<connection>> idle; ///< youngest last
    std::size_t open = 0;                          ///< idle ones included
    std::deque<waiter*> waiting;
  };
  using key = std::tuple<bool, std::string, std::uint16_t>;

  pool& pool_of(const http_endpoint& to);
  static std::unique_ptr<connection> take_idle(pool& p);
  static void give(pool& p, place granted);

  std::size_t connections_max_;
  std::map<key, pool> pools_;
};

} // namespace spillway::transport
