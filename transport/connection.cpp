#include "transport/connection.hpp"

#include "transport/message_feed.hpp"
#include "transport/public_address.hpp"

#include <boost/asio/connect.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace spillway::transport {
namespace {

http_failure unsent(http_failure_kind kind, std::string why) {
  return {kind, false, std::move(why)};
}

std::string handshake_failure(boost::asio::ssl::stream<net::socket&>& tls,
                              const net::error_code& failed) {
  const long verdict = SSL_get_verify_result(tls.native_handle());
  if (verdict != X509_V_OK)
    return std::string{"certificate refused: "} + X509_verify_cert_error_string(verdict);
  return "TLS handshake failed: " + failed.message();
}

/// Asks for `host` and for a certificate that names it. An address is not asked for by name:
/// RFC 6066 section 3 allows none in SNI.
bool expect_peer(SSL* tls, const std::string& host) {
  X509_VERIFY_PARAM* expected = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  net::error_code no_address;
  net::asio::ip::make_address(host, no_address);
  if (!no_address)
    return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  return SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

net::awaitable<std::optional<http_failure>>
shake_hands(connection& c, std::shared_ptr<boost::asio::ssl::context> context) {
  c.tls.emplace(c.socket, *context);
  if (!expect_peer(c.tls->native_handle(), c.endpoint.host))
    co_return unsent(http_failure_kind::tls_failed, "not a host name for TLS");
  const auto [failed] =
      co_await c.tls->async_handshake(boost::asio::ssl::stream_base::client, net::awaited);
  if (failed)
    co_return unsent(http_failure_kind::tls_failed, handshake_failure(*c.tls, failed));
  co_return std::nullopt;
}

} // namespace

connection::connection(net::strand strand, http_endpoint to)
    : endpoint{std::move(to)},
      socket{strand},
      buffer{make_read_buffer(bounds::http_head_bytes_max)} {
}

void connection::close() noexcept {
  closed = true;
  net::error_code ignored;
  socket.close(ignored);
}

bool connection::is_quiet() noexcept {
  char unasked = 0;
  const ssize_t n = ::recv(socket.native_handle(), &unasked, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

net::awaitable<std::optional<http_failure>> open(connection& c, const connection_rules& rules,
                                                 net::resolver& resolver) {
  const auto [unresolved, found] = co_await resolver.async_resolve(
      c.endpoint.host, std::to_string(c.endpoint.port), net::awaited);
  if (unresolved)
    co_return unsent(http_failure_kind::resolve_failed, unresolved.message());
  std::vector<net::tcp::endpoint> addresses{found.begin(), found.end()};
  if (rules.public_only)
    std::erase_if(addresses, [](const net::tcp::endpoint& e) { return !is_public(e.address()); });
  if (addresses.empty())
    co_return unsent(http_failure_kind::connect_failed,
                     "the host has no public address, and only public ones may be called here");
  // A socket that is not open yet cannot be closed: connecting would open it again.
  if (c.closed)
    co_return unsent(http_failure_kind::connect_failed, "closed while resolving");
  const auto [refused, address] =
      co_await boost::asio::async_connect(c.socket, addresses, net::awaited);
  if (refused)
    co_return unsent(http_failure_kind::connect_failed, refused.message());
  net::error_code ignored;
  c.socket.set_option(net::tcp::no_delay{true}, ignored);
  if (!c.endpoint.tls)
    co_return std::nullopt;
  co_return co_await shake_hands(c, rules.tls);
}

} // namespace spillway::transport
