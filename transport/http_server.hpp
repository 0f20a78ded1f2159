#pragma once

#include "transport/http_body.hpp"
#include "wire/http_message.hpp"

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace spillway::transport {

/// Ends a connection instead of answering it, for fault injection.
enum class http_connection_fault {
  reset,   ///< close with RST
  stall,   ///< never answer; the connection stays open until the peer leaves or the server stops
  garbage, ///< write bytes that are not HTTP, then close
};

/// A reply whose body is written as it comes. Its producer keeps `body` and must end it.
struct http_streamed_reply {
  int status = 200;
  wire::http_headers headers;
  std::shared_ptr<http_body> body;
};

using http_server_reply =
    std::variant<wire::http_response, http_streamed_reply, http_connection_fault>;

/// Answers one request: call it once, from any thread, now or later; calls after the first, or
/// after the peer left, do nothing. Copies stand for the same request.
class http_responder {
public:
  using reply_function = std::function<void(http_server_reply)>;
  using watch_function = std::function<void(std::function<void()>)>;

  http_responder() = default;
  template <class F>
  requires std::is_invocable_v<F, http_server_reply> &&(
      !std::is_same_v<std::remove_cvref_t<F>, http_responder>)
      http_responder(F reply, watch_function watch = {})
      : reply_{std::move(reply)}, watch_{std::move(watch)} {}

  void operator()(http_server_reply reply) const { reply_(std::move(reply)); }

  /// Calls `gone` once, on an I/O thread, if the peer leaves (or sends FIN) before the whole reply
  /// is written. Without it nobody looks for that until the reply is there. A server that cannot
  /// tell never calls it.
  void on_gone(std::function<void()> gone) const {
    if (watch_)
      watch_(std::move(gone));
  }

private:
  reply_function reply_;
  watch_function watch_;
};

/// Called on an I/O thread.
using http_handler = std::function<void(wire::http_request, http_responder)>;

} // namespace spillway::transport
