#pragma once

#include "wire/http_message.hpp"

#include <functional>
#include <memory>
#include <variant>

namespace spillway::transport {

/// Ends a connection instead of answering it, for fault injection.
enum class http_connection_fault {
  reset,   ///< close with RST
  stall,   ///< never answer; the connection stays open until the peer leaves or the server stops
  garbage, ///< write bytes that are not HTTP, then close
};

using http_server_reply = std::variant<wire::http_response, http_connection_fault>;

/// Answers one request. Called on an I/O thread. `reply` must be called once, from any thread, now
/// or later; calls after the first, or after the peer left, do nothing.
using http_responder = std::function<void(http_server_reply)>;
using http_handler = std::function<void(wire::http_request, http_responder)>;

} // namespace spillway::transport
