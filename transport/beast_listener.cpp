#include "transport/beast_listener.hpp"

#include "transport/beast_session.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <unordered_map>
#include <utility>

namespace spillway::transport {

class beast_listener::core : public std::enable_shared_from_this<core> {
public:
  using acceptor = net::asio::basic_socket_acceptor<net::tcp, net::strand>;

  core(boost::asio::io_context& io, beast_listener_options options, http_handler handler)
      : io_{io},
        strand_{make_serial(io)},
        acceptor_{strand_},
        pause_{strand_},
        options_{std::make_shared<const beast_listener_options>(std::move(options))},
        handler_{std::make_shared<const http_handler>(std::move(handler))} {}

  result<void> open() {
    if (!options_->tls_cert.empty()) {
      auto tls = make_server_tls(options_->tls_cert, options_->tls_key);
      if (!tls)
        return tls.failure();
      tls_ = std::move(*tls);
    }
    net::error_code failed;
    const auto address = net::asio::ip::make_address(options_->address, failed);
    if (failed)
      return error{"'" + options_->address + "' is not an IP address to listen on"};
    const net::tcp::endpoint at{address, options_->port};
    acceptor_.open(at.protocol(), failed);
    if (!failed)
      acceptor_.set_option(acceptor::reuse_address{true}, failed);
    if (!failed)
      acceptor_.bind(at, failed);
    if (!failed)
      acceptor_.listen(net::asio::socket_base::max_listen_connections, failed);
    if (failed)
      return error{"cannot listen on " + options_->address + ":" + std::to_string(options_->port)
                   + ": " + failed.message()};
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void start() {
    net::asio::co_spawn(
        strand_, [self = shared_from_this()] { return self->accept_all(); }, net::asio::detached);
  }

  void stop() {
    net::asio::post(strand_, [self = shared_from_this()] {
      net::error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
      for (const auto& [key, session] : self->sessions_)
        session->close();
    });
  }

  void drain(std::function<void()> on_drained) {
    net::asio::post(strand_, [self = shared_from_this(), done = std::move(on_drained)]() mutable {
      net::error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
      self->on_drained_ = std::move(done);
      for (const auto& [key, session] : self->sessions_)
        session->finish();
      self->report_drained();
    });
  }

  void replace_tls(std::shared_ptr<boost::asio::ssl::context> tls) {
    net::asio::post(strand_, [self = shared_from_this(), fresh = std::move(tls)]() mutable {
      self->tls_ = std::move(fresh);
    });
  }

  std::uint16_t port() const noexcept { return port_; }

private:
  net::awaitable<> accept_all() {
    while (acceptor_.is_open()) {
      net::socket socket{make_serial(io_)};
      const auto [failed] = co_await acceptor_.async_accept(socket, net::awaited);
      if (!acceptor_.is_open())
        break;
      if (failed)
        co_await rest();
      else
        take(std::move(socket));
    }
  }

  /// Out of descriptors, the acceptor stays ready and would be asked without end.
  net::awaitable<> rest() {
    pause_.expires_after(std::chrono::milliseconds{50});
    co_await pause_.async_wait(net::awaited);
  }

  /// Over the cap a newcomer is told so, and beyond `refusals_max` closed without a word: the
  /// others keep their service.
  void take(net::socket socket) {
    const bool served = sessions_.size() - turned_away_ < options_->connections_max;
    if (!served && turned_away_ >= refusals_max())
      return;
    auto session = std::make_shared<beast_session>(std::move(socket), tls_, options_, handler_);
    const std::uint64_t key = next_key_++;
    sessions_.emplace(key, session);
    turned_away_ += served ? 0 : 1;
    auto on_end = [self = shared_from_this(), key, served] {
      net::asio::post(self->strand_, [self, key, served] {
        self->sessions_.erase(key);
        self->turned_away_ -= served ? 0 : 1;
        self->report_drained();
      });
    };
    served ? session->start(std::move(on_end)) : session->turn_away(std::move(on_end));
  }

  /// Connections that are turned away at the same time; each takes two seconds at the most.
  std::size_t refusals_max() const { return options_->connections_max / 16 + 1; }

  void report_drained() {
    if (!sessions_.empty())
      return;
    if (const auto done = std::exchange(on_drained_, {}))
      done();
  }

  boost::asio::io_context& io_;
  net::strand strand_;
  acceptor acceptor_;
  net::timer pause_;
  std::shared_ptr<const beast_listener_options> options_;
  std::shared_ptr<const http_handler> handler_;
  std::shared_ptr<boost::asio::ssl::context> tls_; ///< null: plain HTTP
  std::unordered_map<std::uint64_t, std::shared_ptr<beast_session>> sessions_;
  std::size_t turned_away_ = 0; ///< of `sessions_`
  std::function<void()> on_drained_;
  std::uint64_t next_key_ = 1;
  std::uint16_t port_ = 0;
};

result<std::unique_ptr<beast_listener>> beast_listener::listen(boost::asio::io_context& io,
                                                               beast_listener_options options,
                                                               http_handler handler) {
  auto c = std::make_shared<core>(io, std::move(options), std::move(handler));
  if (auto opened = c->open(); !opened)
    return opened.failure();
  c->start();
  return std::unique_ptr<beast_listener>{new beast_listener{std::move(c)}};
}

beast_listener::beast_listener(std::shared_ptr<core> c) : core_{std::move(c)} {
}

beast_listener::~beast_listener() {
  core_->stop();
}

void beast_listener::drain(std::function<void()> on_drained) {
  core_->drain(std::move(on_drained));
}

result<wall_time> beast_listener::check_certificate(const std::string& cert_file,
                                                    const std::string& key_file) {
  const auto tls = make_server_tls(cert_file, key_file);
  if (!tls)
    return tls.failure();
  return certificate_end(**tls);
}

result<void> beast_listener::replace_certificate(const std::string& cert_file,
                                                 const std::string& key_file) {
  auto tls = make_server_tls(cert_file, key_file);
  if (!tls)
    return tls.failure();
  core_->replace_tls(std::move(*tls));
  return {};
}

std::uint16_t beast_listener::port() const noexcept {
  return core_->port();
}

} // namespace spillway::transport
