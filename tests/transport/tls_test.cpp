#include "tests/transport/http_world.hpp"
#include "tests/transport/raw_peer.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <unistd.h>

using namespace spillway;
using namespace spillway::tests;
namespace asio = boost::asio;

namespace {

constexpr long day_s = 24 * 60 * 60;

/// A certificate for `host`, signed by itself, made when the test runs.
struct identity {
  identity(const std::string& host, long valid_until_s) {
    key = EVP_RSA_gen(2048);
    certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * day_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), valid_until_s);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    const std::string names = "DNS:" + host;
    X509_EXTENSION* alternative =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, alternative, -1);
    X509_EXTENSION_free(alternative);
    X509_sign(certificate, key, EVP_sha256());
  }
  ~identity() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  identity(const identity&) = delete;
  identity& operator=(const identity&) = delete;

  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

/// A PEM file of one certificate, gone with the object.
struct ca_file {
  explicit ca_file(const identity& of) {
    const int fd = mkstemp(path.data());
    std::FILE* f = fdopen(fd, "w");
    PEM_write_X509(f, of.certificate);
    std::fclose(f);
  }
  ~ca_file() { std::remove(path.c_str()); }
  std::string path = "/tmp/spillway-test-ca-XXXXXX";
};

/// A PEM file of its key, gone with the object.
struct key_file {
  explicit key_file(const identity& of) {
    const int fd = mkstemp(path.data());
    std::FILE* f = fdopen(fd, "w");
    PEM_write_PrivateKey(f, of.key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(f);
  }
  ~key_file() { std::remove(path.c_str()); }
  std::string path = "/tmp/spillway-test-key-XXXXXX";
};

/// A listener that shows a certificate for localhost, and a client that trusts it.
struct tls_world {
  explicit tls_world(transport::http_handler handler,
                     transport::beast_listener_options listening = {}) {
    listening.tls_cert = certificate.path;
    listening.tls_key = key.path;
    transport::beast_client_options calling;
    calling.ca_file = certificate.path;
    world = std::make_unique<http_world>(std::move(handler), 1, listening, calling);
    world->to = {true, "localhost", world->listener->port()};
  }

  identity who{"localhost", day_s};
  ca_file certificate{who};
  key_file key{who};
  std::unique_ptr<http_world> world;
};

/// Serves one TLS connection with one reply.
struct tls_server {
  explicit tls_server(const identity& who) : context{asio::ssl::context::tls_server} {
    SSL_CTX_use_certificate(context.native_handle(), who.certificate);
    SSL_CTX_use_PrivateKey(context.native_handle(), who.key);
    thread = std::thread{[this] { serve(); }};
  }
  ~tls_server() { thread.join(); }

  void serve() {
    boost::system::error_code failed;
    asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
    acceptor.accept(stream.lowest_layer());
    stream.handshake(asio::ssl::stream_base::server, failed);
    if (failed)
      return;
    asio::streambuf head;
    asio::read_until(stream, head, "\r\n\r\n", failed);
    asio::write(stream,
                asio::buffer(std::string{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"}),
                failed);
  }

  asio::io_context io;
  asio::ssl::context context;
  asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread;
};

transport::http_exchange call_over_tls(const identity& server, const std::string& trusted) {
  tls_server s{server};
  transport::beast_client_options options;
  options.ca_file = trusted;
  http_world w{{}, 1, {}, options};
  w.to = {true, "localhost", s.acceptor.local_endpoint().port()};
  return w.call({"GET", "/", {}, {}});
}

void check_refused(const transport::http_exchange& e, const std::string& cause) {
  CHECK(failure_of(e).kind == transport::http_failure_kind::tls_failed);
  CHECK_FALSE(failure_of(e).request_sent);
  INFO(failure_of(e).message);
  CHECK(failure_of(e).message.find(cause) != std::string::npos);
}

} // namespace

TEST_CASE("a certificate that is trusted and names the host is accepted") {
  const identity good{"localhost", day_s};
  const ca_file trusted{good};
  CHECK(response_of(call_over_tls(good, trusted.path)).body == "secret");
}

TEST_CASE("a certificate for another host is refused before the request leaves") {
  const identity other{"example.org", day_s};
  const ca_file trusted{other};
  check_refused(call_over_tls(other, trusted.path), "localhost");
}

TEST_CASE("an authority that nobody trusts is refused") {
  const identity stranger{"localhost", day_s};
  check_refused(call_over_tls(stranger, {}), "self-signed certificate");
}

TEST_CASE("the authorities of a file are trusted by the client that names it alone") {
  const identity good{"localhost", day_s};
  const ca_file trusted{good};
  check_refused(call_over_tls(good, {}), "self-signed certificate");
  CHECK(response_of(call_over_tls(good, trusted.path)).body == "secret");
  check_refused(call_over_tls(good, {}), "self-signed certificate");
}

TEST_CASE("the system's authorities are read once for all clients") {
  const auto store = [](const std::string& file) {
    const auto context = transport::make_client_tls(file);
    REQUIRE(context);
    return SSL_CTX_get_cert_store((*context)->native_handle());
  };
  const identity good{"localhost", day_s};
  const ca_file trusted{good};
  CHECK(store({}) == store({}));
  CHECK(store(trusted.path) != store({}));
}

TEST_CASE("a certificate that has expired is refused") {
  const identity old{"localhost", -day_s};
  const ca_file trusted{old};
  check_refused(call_over_tls(old, trusted.path), "expired");
}

TEST_CASE("a listener with a certificate speaks TLS, one request after another") {
  tls_world w{[](wire::http_request request, const transport::http_responder& reply) {
    wire::http_response response;
    response.body = request.body;
    reply(std::move(response));
  }};
  const std::string large(1 << 20, 'x');
  for (const std::string& body : {std::string{"one"}, large, std::string{}})
    CHECK(response_of(w.world->call(post(body))).body == body);
}

TEST_CASE("a certificate is replaced under a listener that runs, by one that can be used") {
  const identity before{"localhost", day_s};
  const identity after{"localhost", day_s};
  const ca_file before_file{before};
  const ca_file after_file{after};
  const key_file before_key{before};
  const key_file after_key{after};
  transport::beast_listener_options listening;
  listening.tls_cert = before_file.path;
  listening.tls_key = before_key.path;
  transport::io_threads io{1};
  auto listener = std::move(*transport::beast_listener::listen(
      io.context(), listening,
      [](const wire::http_request&, const transport::http_responder& reply) {
        reply(wire::http_response{200, {}, "secret"});
      }));
  const auto is_shown = [&](const ca_file& trusted) {
    transport::beast_client_options calling;
    calling.ca_file = trusted.path;
    http_world w{{}, 1, {}, calling};
    w.to = {true, "localhost", listener->port()};
    return std::holds_alternative<wire::http_response>(w.call({"GET", "/", {}, {}}).outcome);
  };
  CHECK(is_shown(before_file));
  CHECK_FALSE(listener->replace_certificate(after_file.path, before_key.path));
  CHECK_FALSE(listener->replace_certificate("/no/such/file", after_key.path));
  CHECK(is_shown(before_file));
  REQUIRE(listener->replace_certificate(after_file.path, after_key.path));
  CHECK(is_shown(after_file));
  CHECK_FALSE(is_shown(before_file));
}

TEST_CASE("a reply is streamed over TLS as it comes") {
  tls_world w{[](const wire::http_request&, const transport::http_responder& reply) {
    auto body = std::make_shared<transport::http_body>();
    reply(transport::http_streamed_reply{200, {}, body});
    body->write("first ");
    body->write("second");
    body->finish();
  }};
  CHECK(response_of(w.world->call({"GET", "/", {}, {}})).body == "first second");
}

TEST_CASE("a TLS peer that leaves is noticed before its reply is there") {
  std::promise<transport::http_responder> asked;
  std::promise<void> gone;
  tls_world w{[&](const wire::http_request&, const transport::http_responder& reply) {
    reply.on_gone([&] { gone.set_value(); });
    asked.set_value(reply);
  }};
  auto call = w.world->send({"GET", "/", {}, {}});
  const auto reply = soon(asked.get_future());
  w.world->client->cancel(w.world->last_call);
  soon(gone.get_future());
}

TEST_CASE("whoever says nothing to a TLS listener is not waited for") {
  transport::beast_listener_options brief;
  brief.head_timeout = std::chrono::milliseconds{500};
  tls_world w{[](const wire::http_request&, const transport::http_responder& reply) {
                reply(wire::http_response{});
              },
              brief};
  const auto silent = tests::raw_socket::connect(w.world->to.port);
  // Accepted behind the silent one, which has its session from here on.
  CHECK(response_of(w.world->call({"GET", "/", {}, {}})).status == 200);
  std::promise<void> drained;
  w.world->listener->drain([&] { drained.set_value(); });
  soon(drained.get_future());
}

TEST_CASE("whoever speaks plain HTTP to a TLS listener is told so, is not served and harms nobody") {
  tls_world w{[](const wire::http_request&, const transport::http_responder& reply) {
    reply(wire::http_response{});
  }};
  w.world->to.tls = false;
  const wire::http_response told = response_of(w.world->call({"GET", "/", {}, {}}));
  CHECK(told.status == 400);
  CHECK(told.body.find("https://") != std::string::npos);
  w.world->to.tls = true;
  CHECK(response_of(w.world->call({"GET", "/", {}, {}})).status == 200);
}

TEST_CASE("files that make no TLS are named, and nothing listens") {
  const identity one{"localhost", day_s};
  const identity other{"localhost", day_s};
  const ca_file certificate{one};
  const key_file key{other};
  transport::io_threads io{0};
  const auto refused = [&](const std::string& cert, const std::string& with) {
    transport::beast_listener_options options;
    options.tls_cert = cert;
    options.tls_key = with;
    auto opened = transport::beast_listener::listen(io.context(), options, {});
    REQUIRE_FALSE(opened);
    return opened.failure().message;
  };
  CHECK(refused("/nowhere/cert.pem", key.path).find("/nowhere/cert.pem") != std::string::npos);
  CHECK(refused(certificate.path, "/nowhere/key.pem").find("/nowhere/key.pem")
        != std::string::npos);
  CHECK(refused(certificate.path, key.path).find(key.path) != std::string::npos);
}
