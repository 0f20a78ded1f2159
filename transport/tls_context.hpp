#pragma once

// Internal to transport: includes OpenSSL through Asio.

#include "core/result.hpp"
#include "core/units.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace spillway::transport {

/// What an outgoing TLS connection trusts: the system's authorities as they were when they were
/// first asked for, or those of the PEM file `ca_file` alone if it is not empty. TLS 1.2 or later,
/// peers verified.
/// Errors: the file cannot be read or holds no certificate.
result<std::shared_ptr<boost::asio::ssl::context>> make_client_tls(const std::string& ca_file);

/// What an incoming TLS connection is shown: the certificate and its chain in `cert_file`, with the
/// key in `key_file`, both PEM. TLS 1.2 or later; peers need no certificate.
/// Errors: a file cannot be read, holds nothing of the kind, or the key is another certificate's.
result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(const std::string& cert_file,
                                                                   const std::string& key_file);

/// When the certificate of `context` ends. Requires: it has one.
wall_time certificate_end(boost::asio::ssl::context& context);

} // namespace spillway::transport
