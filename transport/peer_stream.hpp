#pragma once

// Internal to transport: the server's end of one connection, plain or TLS.

#include "transport/net.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace spillway::transport {

/// What a peer sends and is sent, TLS taken off. An AsyncStream. Used on one strand only.
class peer_stream {
public:
  using executor_type = net::strand;

  /// `tls`: null for plain HTTP.
  peer_stream(net::socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : socket_{std::move(socket)}, context_{std::move(tls)} {
    if (context_)
      tls_.emplace(socket_, *context_);
  }

  peer_stream(const peer_stream&) = delete;
  peer_stream& operator=(const peer_stream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }
  /// The connection below TLS.
  net::socket& socket() noexcept { return socket_; }
  bool is_tls() const noexcept { return tls_.has_value(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return tls_ ? tls_->async_read_some(into, std::forward<Token>(token))
                : socket_.async_read_some(into, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return tls_ ? tls_->async_write_some(from, std::forward<Token>(token))
                : socket_.async_write_some(from, std::forward<Token>(token));
  }

  /// Whether the peer begins with HTTP, where TLS begins with a byte that is no letter. Takes
  /// nothing of it. Requires: there is something to read.
  bool begins_with_http() {
    char first = 0;
    return ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first >= 'A'
           && first <= 'Z';
  }

  /// Talks to a peer of a TLS listener without TLS. Requires: no hands have been shaken.
  void give_up_tls() { tls_.reset(); }

  /// Requires: `is_tls`, here and below.
  auto shake_hands() {
    return tls_->async_handshake(boost::asio::ssl::stream_base::server, net::awaited);
  }

  /// Says that nothing more comes and waits for the peer to say so as well.
  auto say_goodbye() { return tls_->async_shutdown(net::awaited); }

  /// Whether the peer has left. Bytes do not tell: there may be none yet because the system woke us
  /// for those of before, and the last ones may be TLS's own.
  bool has_peer_left() {
    pollfd look{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&look, 1, 0) > 0;
  }

  /// Whether he has sent more of what he says, before he was answered.
  bool has_more() {
    net::error_code failed;
    return !tls_ && socket_.available(failed) > 0;
  }

private:
  net::socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<net::socket&>> tls_;
};

} // namespace spillway::transport
