#include "transport/tls_context.hpp"

#include <openssl/ssl.h>

#include <array>
#include <new>

namespace spillway::transport {
namespace {

/// "http/1.1" as ALPN spells it, after its length: a server that prefers HTTP/2 must not choose it.
constexpr std::array<unsigned char, 9> alpn_http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

struct free_store {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};

/// The system's authorities (or those that SSL_CERT_FILE and SSL_CERT_DIR name), read once: OpenSSL
/// takes some 40 ms for Debian's 140, and each provider has a client of its own.
X509_STORE* system_authorities() {
  static const auto store = [] {
    std::unique_ptr<X509_STORE, free_store> read{X509_STORE_new()};
    if (!read || X509_STORE_set_default_paths(read.get()) != 1)
      throw std::bad_alloc{}; // a file that is missing or broken is no error to OpenSSL
    return read;
  }();
  return store.get();
}

} // namespace

result<std::shared_ptr<boost::asio::ssl::context>> make_client_tls(const std::string& ca_file) {
  namespace ssl = boost::asio::ssl;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context->set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_alpn_protos(context->native_handle(), alpn_http_1_1.data(), alpn_http_1_1.size());
  if (ca_file.empty()) {
    SSL_CTX_set1_cert_store(context->native_handle(), system_authorities());
    return context;
  }
  boost::system::error_code failed;
  context->load_verify_file(ca_file, failed);
  if (failed)
    return error{"cannot read trusted certificates from '" + ca_file + "': " + failed.message()
                 + "; give a readable PEM file"};
  return context;
}

result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(const std::string& cert_file,
                                                                   const std::string& key_file) {
  namespace ssl = boost::asio::ssl;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1
                       | SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code failed;
  context->use_certificate_chain_file(cert_file, failed);
  if (failed)
    return error{"cannot use the TLS certificate in '" + cert_file + "': " + failed.message()
                 + "; give a readable PEM file with the certificate first"};
  context->use_private_key_file(key_file, ssl::context::pem, failed);
  if (failed)
    return error{"cannot use the TLS key in '" + key_file + "': " + failed.message()
                 + "; give a readable PEM file with the key of the certificate in '" + cert_file
                 + "', without a passphrase"};
  return context;
}

wall_time certificate_end(boost::asio::ssl::context& context) {
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context.native_handle())), &end);
  return std::chrono::system_clock::from_time_t(timegm(&end));
}

} // namespace spillway::transport
