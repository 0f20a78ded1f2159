#include "transport/connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

namespace spillway::transport {
namespace {

/// Bytes a connection reads at once: without a reserve Beast grows from 512 B, at a third more CPU.
constexpr std::size_t read_buffer_bytes = 16 * 1024;

http_failure unsent(http_failure_kind kind, const http_endpoint& to, const std::string& why) {
  return {kind, false, to.host + ":" + std::to_string(to.port) + ": " + why};
}

std::string handshake_failure(boost::asio::ssl::stream<net::socket&>& tls,
                              const net::error_code& failed) {
  const long verdict = SSL_get_verify_result(tls.native_handle());
  if (verdict != X509_V_OK)
    return std::string{"certificate refused: "} + X509_verify_cert_error_string(verdict);
  return "TLS handshake failed: " + failed.message();
}

net::awaitable<std::optional<http_failure>>
shake_hands(connection& c, std::shared_ptr<boost::asio::ssl::context> context) {
  namespace ssl = boost::asio::ssl;
  c.tls.emplace(c.socket, *context);
  if (SSL_set_tlsext_host_name(c.tls->native_handle(), c.endpoint.host.c_str()) != 1)
    co_return unsent(http_failure_kind::tls_failed, c.endpoint, "not a host name for TLS");
  c.tls->set_verify_callback(ssl::host_name_verification{c.endpoint.host});
  const auto [failed] = co_await c.tls->async_handshake(ssl::stream_base::client, net::awaited);
  if (failed)
    co_return unsent(http_failure_kind::tls_failed, c.endpoint, handshake_failure(*c.tls, failed));
  co_return std::nullopt;
}

} // namespace

connection::connection(net::strand strand, http_endpoint to)
    : endpoint{std::move(to)}, socket{strand} {
  buffer.reserve(read_buffer_bytes);
}

void connection::close() noexcept {
  net::error_code ignored;
  socket.close(ignored);
}

net::awaitable<std::optional<http_failure>>
open(connection& c, std::shared_ptr<boost::asio::ssl::context> tls, net::resolver& resolver) {
  const auto [unresolved, addresses] = co_await resolver.async_resolve(
      c.endpoint.host, std::to_string(c.endpoint.port), net::awaited);
  if (unresolved)
    co_return unsent(http_failure_kind::resolve_failed, c.endpoint, unresolved.message());
  const auto [refused, address] =
      co_await boost::asio::async_connect(c.socket, addresses, net::awaited);
  if (refused)
    co_return unsent(http_failure_kind::connect_failed, c.endpoint, refused.message());
  net::error_code ignored;
  c.socket.set_option(net::tcp::no_delay{true}, ignored);
  if (!c.endpoint.tls)
    co_return std::nullopt;
  co_return co_await shake_hands(c, std::move(tls));
}

} // namespace spillway::transport
