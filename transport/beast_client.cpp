#include "transport/beast_client.hpp"

#include "transport/beast_pool.hpp"
#include "transport/call.hpp"
#include "transport/http_head.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <exception>
#include <unordered_map>
#include <utility>

namespace spillway::transport {
namespace {

using call_ptr = std::shared_ptr<call>;

mono_time clock_now() {
  return std::chrono::steady_clock::now();
}

/// A completion that throws, or no memory: nobody would ever hear of the call again.
void rethrow(const std::exception_ptr& broken) {
  if (broken)
    std::rethrow_exception(broken);
}

/// True if a server closed a connection while it was idle, and the call met the closed end. A
/// request that was written whole is no such call: the server may have served and billed it, and
/// whoever counts calls must hear of each.
bool is_stale(const call& c, const connection& conn, const call_outcome& outcome) {
  return conn.reused && !c.written && !c.any_byte_received && !c.cut
         && std::holds_alternative<http_failure>(outcome);
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
      : strand_{make_serial(io)},
        options_{std::move(options)},
        rules_{std::move(tls), options_.public_only},
        pool_{options_.connections_max},
        sweep_{strand_} {}

  http_call_id send(const http_endpoint& to, wire::http_request request,
                    const http_timeouts& timeouts, std::optional<http_stream_events> events,
                    completion on_done) {
    const http_call_id id = next_id_++;
    auto c = std::make_shared<call>(strand_, to, std::move(request), timeouts, std::move(on_done));
    c->events = std::move(events);
    // Posted, because co_spawn on our own strand would run the call, and may end it, in here.
    net::asio::post(strand_, [self = shared_from_this(), id, c] {
      net::asio::co_spawn(
          self->strand_, [self, id, c] { return self->run(id, c); }, rethrow);
    });
    return id;
  }

  void consume(http_call_id id, std::size_t bytes) {
    net::asio::post(strand_, [self = shared_from_this(), id, bytes] {
      if (const auto it = self->calls_.find(id); it != self->calls_.end())
        it->second->consume(bytes);
    });
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
    c->exchange.outcome = co_await perform(*c);
    c->dog.disarm();
    calls_.erase(id);
    c->exchange.finished_at = clock_now();
    if (!c->any_byte_sent)
      c->exchange.sent_at = c->exchange.finished_at;
    if (!c->any_byte_received)
      c->exchange.first_byte_at = c->exchange.sent_at;
    c->on_done(std::move(c->exchange));
    report_stopped();
  }

  net::awaitable<call_outcome> perform(call& c) {
    if (stopping_)
      c.abort(http_failure_kind::shut_down);
    if (c.cut)
      co_return c.failed(*c.cut, {});
    if (!is_safe(c.to) || !is_safe(c.request))
      co_return c.failed(http_failure_kind::protocol_error,
                         "the request holds a control character, a bad header name or one of the "
                         "fields that the transport writes itself");
    c.watch(c.timeouts.connect, http_failure_kind::connect_timeout);
    auto place = co_await pool_.take(c.to, c.wake);
    if (!place)
      co_return c.failed(http_failure_kind::pool_exhausted,
                         to_string(http_failure_kind::pool_exhausted));
    co_return co_await use(c, std::move(place->idle));
  }

  /// Makes the exchange on the given connection or on a new one, and gives the place back.
  net::awaitable<call_outcome> use(call& c, std::unique_ptr<connection> conn) {
    if (!conn)
      conn = std::make_unique<connection>(strand_, c.to);
    bool keep_alive = false;
    call_outcome outcome = co_await attempt(c, *conn, keep_alive);
    if (is_stale(c, *conn, outcome)) {
      conn = std::make_unique<connection>(strand_, c.to);
      c.watch(c.timeouts.connect, http_failure_kind::connect_timeout);
      outcome = co_await attempt(c, *conn, keep_alive);
    }
    if (keep_alive && !c.cut && !stopping_) {
      pool_.put_back(std::move(conn), clock_now());
      arm_sweep();
    } else {
      pool_.drop(c.to);
    }
    co_return outcome;
  }

  net::awaitable<call_outcome> attempt(call& c, connection& conn, bool& keep_alive) {
    c.active = &conn;
    std::optional<http_failure> unopened;
    if (!conn.reused && !c.cut)
      unopened = co_await open(conn, rules_, c.resolver);
    call_outcome outcome;
    if (unopened)
      outcome = c.failed(unopened->kind, unopened->message);
    else if (c.cut)
      outcome = c.failed(*c.cut, {});
    else
      outcome = co_await exchange_on(c, conn, keep_alive);
    c.active = nullptr;
    co_return outcome;
  }

  /// Closes idle connections when the oldest has been idle for long enough.
  void arm_sweep() {
    const auto oldest = pool_.oldest_idle_since();
    if (sweeping_ || !oldest)
      return;
    sweeping_ = true;
    sweep_.expires_at(*oldest + options_.idle_connection_max);
    sweep_.async_wait([self = weak_from_this()](const net::error_code& cancelled) {
      const auto alive = self.lock();
      if (cancelled || !alive)
        return;
      alive->sweeping_ = false;
      alive->pool_.close_idle_since(clock_now() - alive->options_.idle_connection_max);
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
  connection_rules rules_;
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
  return core_->send(to, std::move(request), timeouts, {}, std::move(on_done));
}

http_call_id beast_client::send_streamed(const http_endpoint& to, wire::http_request request,
                                         const http_timeouts& timeouts, http_stream_events events,
                                         completion on_done) {
  return core_->send(to, std::move(request), timeouts, std::move(events), std::move(on_done));
}

void beast_client::consume(http_call_id id, std::size_t bytes) {
  core_->consume(id, bytes);
}

void beast_client::cancel(http_call_id id) {
  core_->cancel(id);
}

void beast_client::stop(std::function<void()> on_stopped) {
  core_->stop(std::move(on_stopped));
}

} // namespace spillway::transport
