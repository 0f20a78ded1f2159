#include "transport/beast_client.hpp"

#include "transport/beast_pool.hpp"
#include "transport/http_head.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <atomic>
#include <unordered_map>
#include <utility>

namespace spillway::transport {
namespace {

namespace http = boost::beast::http;
using response_parser = http::response_parser<http::string_body>;
using outcome = std::variant<wire::http_response, http_failure>;

mono_time clock_now() {
  return std::chrono::steady_clock::now();
}

/// A bound that is too far away to be added to a time point means "none".
mono_time later(mono_time t, duration d) {
  return d > mono_time::max() - t ? mono_time::max() : t + d;
}

/// One call in flight. Lives on the client's strand.
struct call {
  call(net::strand strand, http_endpoint endpoint, wire::http_request r, http_timeouts bounds,
       http_client::completion done)
      : to{std::move(endpoint)},
        request{std::move(r)},
        timeouts{bounds},
        on_done{std::move(done)},
        watchdog{strand},
        wake{strand},
        resolver{strand} {}

  http_endpoint to;
  wire::http_request request;
  http_timeouts timeouts;
  http_client::completion on_done;
  net::timer watchdog; ///< cuts the phase the call is in
  net::timer wake;     ///< waits for a place in the pool
  net::resolver resolver;
  connection* active = nullptr;
  std::optional<http_failure_kind> cut; ///< why the call was cut by us
  mono_time started_at = clock_now();
  bool any_byte_sent = false;
  bool any_byte_received = false;
  http_exchange exchange;

  void abort(http_failure_kind why) {
    if (!cut)
      cut = why;
    wake.cancel();
    resolver.cancel();
    if (active != nullptr)
      active->close();
  }
};

using call_ptr = std::shared_ptr<call>;

/// Cuts the call with `why` after `limit`, or at its total bound if that comes first.
void watch(const call_ptr& c, duration limit, http_failure_kind why) {
  const mono_time phase_end = later(clock_now(), limit);
  const mono_time total_end = later(c->started_at, c->timeouts.total);
  const http_failure_kind kind = total_end <= phase_end ? http_failure_kind::total_timeout : why;
  c->watchdog.expires_at(std::min(phase_end, total_end));
  c->watchdog.async_wait([c, kind](const net::error_code& cancelled) {
    if (!cancelled)
      c->abort(kind);
  });
}

http_failure failed_with(const call& c, http_failure_kind kind, std::string why) {
  if (c.cut)
    return {*c.cut, c.any_byte_sent, c.to.host + ": " + to_string(*c.cut)};
  return {kind, c.any_byte_sent, c.to.host + ": " + std::move(why)};
}

wire::http_response to_response(response_parser& parser) {
  http::response<http::string_body> message = parser.release();
  wire::http_response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message.base())
    response.headers.add(std::string{field.name_string()}, std::string{field.value()});
  response.body = std::move(message.body());
  return response;
}

bool is_malformed(const net::error_code& e) {
  return e.category() == net::error_code{http::error::bad_version}.category()
         && e != http::error::end_of_stream && e != http::error::partial_message;
}

template <class Stream>
net::awaitable<std::optional<http_failure>> write_request(const call_ptr& c, Stream& stream) {
  const std::string head = request_head(c->to, c->request);
  const std::array<net::asio::const_buffer, 2> message{net::asio::buffer(head),
                                                       net::asio::buffer(c->request.body)};
  c->exchange.sent_at = clock_now();
  const auto [failed, written] = co_await net::asio::async_write(stream, message, net::awaited);
  c->any_byte_sent = c->any_byte_sent || written > 0;
  if (failed)
    co_return failed_with(*c, http_failure_kind::reset, failed.message());
  co_return std::nullopt;
}

template <class Stream>
net::awaitable<outcome> read_response(const call_ptr& c, connection& conn, Stream& stream,
                                      bool& keep_alive) {
  response_parser parser;
  parser.header_limit(bounds::http_head_bytes_max);
  parser.body_limit(bounds::http_reply_body_bytes_max);
  watch(c, c->timeouts.first_byte, http_failure_kind::first_byte_timeout);
  while (!parser.is_done()) {
    const auto [failed, read] =
        co_await http::async_read_some(stream, conn.buffer, parser, net::awaited);
    if (!c->any_byte_received && (read > 0 || parser.got_some())) {
      c->any_byte_received = true;
      c->exchange.first_byte_at = clock_now();
    }
    if (failed)
      co_return failed_with(
          *c, is_malformed(failed) ? http_failure_kind::protocol_error : http_failure_kind::reset,
          failed.message());
    watch(c, c->timeouts.idle, http_failure_kind::idle_timeout);
  }
  keep_alive = parser.keep_alive();
  co_return to_response(parser);
}

template <class Stream>
net::awaitable<outcome> exchange_on(const call_ptr& c, connection& conn, Stream& stream,
                                    bool& keep_alive) {
  watch(c, c->timeouts.first_byte, http_failure_kind::first_byte_timeout);
  if (auto failed = co_await write_request(c, stream))
    co_return std::move(*failed);
  co_return co_await read_response(c, conn, stream, keep_alive);
}

} // namespace

const char* to_string(http_failure_kind kind) noexcept {
  switch (kind) {
    case http_failure_kind::resolve_failed: return "the host name cannot be resolved";
    case http_failure_kind::connect_failed: return "the connection was refused";
    case http_failure_kind::tls_failed: return "TLS failed";
    case http_failure_kind::connect_timeout: return "no connection within its time bound";
    case http_failure_kind::pool_exhausted: return "too many calls wait for a connection";
    case http_failure_kind::first_byte_timeout: return "no first byte within its time bound";
    case http_failure_kind::idle_timeout: return "the reply stalled";
    case http_failure_kind::total_timeout: return "the call took longer than allowed";
    case http_failure_kind::reset: return "the connection was reset";
    case http_failure_kind::protocol_error: return "not HTTP";
    case http_failure_kind::cancelled: return "cancelled";
    case http_failure_kind::shut_down: return "the client stopped";
  }
  return "?";
}

class beast_client::core : public std::enable_shared_from_this<core> {
public:
  core(boost::asio::io_context& io, beast_client_options options,
       std::shared_ptr<boost::asio::ssl::context> tls)
      : strand_{net::asio::make_strand(io)},
        options_{std::move(options)},
        tls_{std::move(tls)},
        pool_{strand_, options_.connections_max},
        sweep_{strand_} {}

  http_call_id send(const http_endpoint& to, wire::http_request request,
                    const http_timeouts& timeouts, completion on_done) {
    const http_call_id id = next_id_++;
    auto c = std::make_shared<call>(strand_, to, std::move(request), timeouts, std::move(on_done));
    net::asio::co_spawn(
        strand_, [self = shared_from_this(), id, c] { return self->run(id, c); },
        net::asio::detached);
    return id;
  }

  void cancel(http_call_id id) {
    net::asio::post(strand_, [self = shared_from_this(), id] {
      if (const auto it = self->calls_.find(id); it != self->calls_.end())
        it->second->abort(http_failure_kind::cancelled);
    });
  }

  void stop(std::function<void()> on_stopped) {
    net::asio::post(strand_, [self = shared_from_this(), done = std::move(on_stopped)]() mutable {
      self->stopping_ = true;
      self->on_stopped_.push_back(std::move(done));
      for (const auto& [id, c] : self->calls_)
        c->abort(http_failure_kind::shut_down);
      self->sweep_.cancel();
      self->pool_.close_idle_since(mono_time::max());
      self->report_stopped();
    });
  }

private:
  net::awaitable<> run(http_call_id id, call_ptr c) {
    calls_.emplace(id, c);
    c->exchange.outcome = co_await perform(c);
    c->watchdog.cancel();
    calls_.erase(id);
    c->exchange.finished_at = clock_now();
    if (!c->any_byte_sent)
      c->exchange.sent_at = c->exchange.finished_at;
    if (!c->any_byte_received)
      c->exchange.first_byte_at = c->exchange.sent_at;
    c->on_done(std::move(c->exchange));
    report_stopped();
  }

  net::awaitable<outcome> perform(call_ptr c) {
    if (stopping_)
      co_return http_failure{http_failure_kind::shut_down, false, "the client stopped"};
    if (!is_safe(c->request))
      co_return http_failure{http_failure_kind::protocol_error, false,
                             "the request holds a control character or a bad header name"};
    for (bool first_try = true;; first_try = false) {
      watch(c, c->timeouts.connect, http_failure_kind::connect_timeout);
      auto place = co_await pool_.take(c->to, c->wake);
      if (!place)
        co_return failed_with(*c, http_failure_kind::pool_exhausted,
                              to_string(http_failure_kind::pool_exhausted));
      const bool reused = place->idle != nullptr;
      outcome result = co_await use(c, std::move(place->idle));
      const bool stale = reused && first_try && !c->cut && !c->any_byte_received
                         && std::holds_alternative<http_failure>(result);
      if (!stale)
        co_return result;
      // A fresh connection decides; what the closed one swallowed was never answered.
      pool_.close_idle_since(mono_time::max());
      c->any_byte_sent = false;
    }
  }

  /// Opens a connection unless one is given, makes the exchange and gives the place back.
  net::awaitable<outcome> use(const call_ptr& c, std::unique_ptr<connection> conn) {
    if (!conn)
      conn = std::make_unique<connection>(strand_, c->to);
    c->active = conn.get();
    bool keep_alive = false;
    outcome result = co_await open_and_exchange(c, *conn, keep_alive);
    c->active = nullptr;
    if (keep_alive && !c->cut && !stopping_) {
      pool_.put_back(std::move(conn), clock_now());
      arm_sweep();
    } else {
      pool_.drop(c->to);
    }
    co_return result;
  }

  net::awaitable<outcome> open_and_exchange(const call_ptr& c, connection& conn, bool& keep_alive) {
    if (c->cut)
      co_return failed_with(*c, http_failure_kind::cancelled, "cut");
    if (!conn.reused) {
      if (auto failed = co_await open(conn, tls_, c->resolver))
        co_return failed_with(*c, failed->kind, failed->message);
      if (c->cut)
        co_return failed_with(*c, http_failure_kind::cancelled, "cut");
    }
    if (conn.tls)
      co_return co_await exchange_on(c, conn, *conn.tls, keep_alive);
    co_return co_await exchange_on(c, conn, conn.socket, keep_alive);
  }

  void arm_sweep() {
    if (sweeping_)
      return;
    sweeping_ = true;
    sweep_.expires_after(options_.idle_connection_max);
    sweep_.async_wait([self = weak_from_this()](const net::error_code& cancelled) {
      const auto alive = self.lock();
      if (cancelled || !alive)
        return;
      alive->sweeping_ = false;
      alive->pool_.close_idle_since(clock_now() - alive->options_.idle_connection_max);
      if (alive->pool_.has_idle())
        alive->arm_sweep();
    });
  }

  void report_stopped() {
    if (!stopping_ || !calls_.empty())
      return;
    for (const auto& done : std::exchange(on_stopped_, {}))
      if (done)
        done();
  }

  net::strand strand_;
  beast_client_options options_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  beast_pool pool_;
  net::timer sweep_;
  bool sweeping_ = false;
  bool stopping_ = false;
  std::vector<std::function<void()>> on_stopped_;
  std::unordered_map<http_call_id, call_ptr> calls_;
  std::atomic<http_call_id> next_id_ = 1;
};

result<std::shared_ptr<beast_client>> beast_client::make(boost::asio::io_context& io,
                                                         beast_client_options options) {
  auto tls = make_client_tls(options.ca_file);
  if (!tls)
    return tls.failure();
  auto c = std::make_shared<core>(io, std::move(options), std::move(*tls));
  return std::shared_ptr<beast_client>{new beast_client{std::move(c)}};
}

beast_client::beast_client(std::shared_ptr<core> c) : core_{std::move(c)} {
}

beast_client::~beast_client() {
  core_->stop({});
}

http_call_id beast_client::send(const http_endpoint& to, wire::http_request request,
                                const http_timeouts& timeouts, completion on_done) {
  return core_->send(to, std::move(request), timeouts, std::move(on_done));
}

void beast_client::cancel(http_call_id id) {
  core_->cancel(id);
}

void beast_client::stop(std::function<void()> on_stopped) {
  core_->stop(std::move(on_stopped));
}

} // namespace spillway::transport
