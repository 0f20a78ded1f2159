#pragma once

#include "core/units.hpp"
#include "wire/http_message.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace spillway::transport {

/// Where a request goes.
struct http_endpoint {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  friend bool operator==(const http_endpoint&, const http_endpoint&) = default;
};

/// Bounds on one exchange. Each is measured on its own; `total` covers all, the wait for a pooled
/// connection included.
struct http_timeouts {
  duration connect = std::chrono::seconds{5};      ///< resolve + TCP + TLS
  duration first_byte = std::chrono::seconds{120}; ///< request written -> first byte of the reply
  duration idle = std::chrono::seconds{60};        ///< between two reads of the body
  duration total = std::chrono::minutes{10};
};

enum class http_failure_kind {
  resolve_failed,
  connect_failed,
  tls_failed,
  connect_timeout,
  pool_exhausted, ///< too many calls wait for a connection already
  first_byte_timeout,
  idle_timeout,
  total_timeout,
  reset,          ///< closed or reset after the request was (partly) written
  protocol_error, ///< what came is not HTTP, or breaks a bound of `core/bounds.hpp`
  cancelled,
  shut_down, ///< the client is stopping
};

const char* to_string(http_failure_kind kind) noexcept;

/// Why there is no response. `request_sent` is false only if the upstream certainly saw nothing.
struct http_failure {
  http_failure_kind kind = http_failure_kind::connect_failed;
  bool request_sent = false;
  std::string message;
};

/// One finished exchange. `first_byte_at` is when the head of the reply arrived (the proof that the
/// upstream had the request); equal to `sent_at` if none did.
struct http_exchange {
  std::variant<wire::http_response, http_failure> outcome;
  mono_time sent_at{};
  mono_time first_byte_at{};
  mono_time finished_at{};
};

/// The head of a reply whose body is streamed: the proof that the upstream has the request.
struct http_reply_head {
  int status = 200;
  wire::http_headers headers;
  mono_time at{};
  mono_time sent_at{}; ///< the request had been written
};

/// Takes a streamed reply. Called on one of the client's I/O threads, one at a time and in order,
/// all before the call's completion. They must not throw.
struct http_stream_events {
  std::function<void(http_reply_head)> on_head;
  std::function<void(std::string)> on_piece; ///< never empty
};

/// Names a call in flight on one client, for `cancel`. Never 0.
using http_call_id = std::uint64_t;

/// Sends requests without blocking. Implemented by `beast_client`; tests use a fake.
///
/// Thread-safe: all of it may be called from any thread. `on_done` is called exactly once for each
/// send, on one of the client's I/O threads (never from inside the send), also after `cancel` and
/// when the client stops. It must not throw.
class http_client {
public:
  using completion = std::function<void(http_exchange)>;

  virtual ~http_client() = default;
  virtual http_call_id send(const http_endpoint& to, wire::http_request request,
                            const http_timeouts& timeouts, completion on_done) = 0;
  /// Like `send`, but hands out the body of a 2xx reply as it comes; its response then ends with an
  /// empty body. Any other reply is collected, and `events` see nothing of it. The upstream is read
  /// only while less than `bounds::http_stream_window_bytes` wait to be consumed; the idle timeout
  /// stands still meanwhile, the total one does not.
  virtual http_call_id send_streamed(const http_endpoint& to, wire::http_request request,
                                     const http_timeouts& timeouts, http_stream_events events,
                                     completion on_done) = 0;
  /// So many more bytes of a streamed reply have been taken. No-op if the call is done.
  virtual void consume(http_call_id id, std::size_t bytes) = 0;
  /// Closes the connection of a call in flight; its completion gets `cancelled`. No-op if done.
  virtual void cancel(http_call_id id) = 0;
};

} // namespace spillway::transport
