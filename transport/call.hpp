#pragma once

// Internal to transport: one call of a client, from its send to its completion.

#include "transport/connection.hpp"
#include "transport/http_client.hpp"
#include "transport/watchdog.hpp"

#include <memory>
#include <optional>
#include <variant>

namespace spillway::transport {

using call_outcome = std::variant<wire::http_response, http_failure>;

/// One call in flight. Lives on its client's strand.
struct call : std::enable_shared_from_this<call> {
  call(const net::strand& strand, http_endpoint endpoint, wire::http_request r,
       const http_timeouts& bounds, http_client::completion done);

  /// Ends the call with `why` as soon as its current operation has noticed.
  void abort(http_failure_kind why);

  /// The reader of the body has taken so much more.
  void consume(std::size_t bytes);

  /// Aborts the call with `why` after `limit`, or at its total bound if that comes first.
  void watch(duration limit, http_failure_kind why);

  /// Why the call failed: what cut it, if anything did, else `kind`.
  http_failure failed(http_failure_kind kind, const std::string& why) const;

  http_endpoint to;
  wire::http_request request;
  http_timeouts timeouts;
  http_client::completion on_done;
  std::optional<http_stream_events> events; ///< absent: the body is collected
  std::size_t unconsumed = 0;               ///< bytes of the body that `events` got
  watchdog dog;                             ///< cuts the phase the call is in
  net::timer wake;                          ///< waits for a place in the pool, or for the reader
  net::resolver resolver;
  connection* active = nullptr;
  std::optional<http_failure_kind> cut; ///< why the call was cut by us
  mono_time started_at;
  bool any_byte_sent = false; ///< on any connection
  bool written = false;       ///< all of it, on some connection
  bool any_byte_received = false;
  http_exchange exchange;
};

/// Writes the request and reads its reply. `keep_alive`: the connection may serve another call.
net::awaitable<call_outcome> exchange_on(call& c, connection& conn, bool& keep_alive);

} // namespace spillway::transport
