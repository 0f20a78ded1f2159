#pragma once

// Internal to transport: which addresses are everybody's.

#include <boost/asio/ip/address.hpp>

namespace spillway::transport {

/// Whether `a` can belong to somebody on the Internet: not to this machine, a private or a shared
/// network, a cloud's metadata service (169.254.169.254), a group or a document. An IPv4 address in
/// IPv6 clothes is judged by what it hides.
/// Source: https://www.iana.org/assignments/iana-ipv4-special-registry and
/// https://www.iana.org/assignments/iana-ipv6-special-registry (2026-11-24).
bool is_public(const boost::asio::ip::address& a);

} // namespace spillway::transport
