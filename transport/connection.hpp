#pragma once

// Internal to transport: one connection to one upstream, plain or TLS.

#include "transport/http_client.hpp"
#include "transport/net.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace spillway::transport {

/// A connection of the pool. `buffer` keeps what was read beyond the last reply.
struct connection {
  connection(net::strand strand, http_endpoint to);

  /// Closes the socket; operations under way end with an error, and none begins. Idempotent.
  void close() noexcept;

  /// True if an idle connection can serve a call: the peer has neither closed it nor sent anything
  /// that nobody asked for.
  bool is_quiet() noexcept;

  http_endpoint endpoint;
  net::socket socket;
  std::optional<boost::asio::ssl::stream<net::socket&>> tls;
  boost::beast::flat_buffer buffer;
  bool reused = false; ///< has served a call before
  bool closed = false;
  mono_time idle_since{};
};

/// What a connection may be, for all of one client.
struct connection_rules {
  std::shared_ptr<boost::asio::ssl::context> tls;
  bool public_only = false; ///< only to addresses that are not within a private network
};

/// Resolves, connects and, if the endpoint says so, shakes hands: verified against the host name.
/// The addresses that are judged are those that are connected to. Absent if it worked.
net::awaitable<std::optional<http_failure>> open(connection& c, const connection_rules& rules,
                                                 net::resolver& resolver);

} // namespace spillway::transport
