#include "transport/beast_session.hpp"

#include "transport/http_head.hpp"
#include "transport/message_feed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::transport {
namespace {

namespace http = boost::beast::http;
using request_parser = http::request_parser<http::string_body>;

/// How long a refused peer may go on sending: closed before it stops, it would see a reset and
/// lose the reason.
constexpr auto lingering_max = std::chrono::seconds{2};

/// A reply that comes so soon is worth no look at whether its peer is still there: that costs more
/// than it may save.
constexpr auto soon = std::chrono::milliseconds{100};

/// A TLS peer that leaves says so before it does: what can be read is no sign yet.
constexpr auto look_again_after = std::chrono::milliseconds{50};

/// What to tell a peer whose request could not be read; 0 if there is nobody to tell.
int refusal_status(const net::error_code& failed) {
  if (failed == net::asio::error::timed_out)
    return 408;
  if (failed == http::error::header_limit)
    return 431;
  if (failed == http::error::body_limit || failed == http::error::buffer_overflow)
    return 413;
  return is_malformed(failed) ? 400 : 0;
}

/// A request that names a transfer coding other than `chunked` has a body whose end we would guess,
/// and another server beside us guess otherwise.
bool has_unknown_coding(const request_parser& parser) {
  const auto [first, last] = parser.get().equal_range(http::field::transfer_encoding);
  return std::any_of(first, last, [](const auto& field) {
    return !boost::beast::iequals(field.value(), "chunked");
  });
}

/// Its path and query; a target may name our own scheme and host, too.
/// Source: RFC 9112, 3.2.2 (2026-11).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (target.size() > scheme.size()
        && boost::beast::iequals(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find_first_of("/?", scheme.size());
      return path == std::string_view::npos ? "/" : target.substr(path);
    }
  return target;
}

wire::http_request to_request(request_parser& parser) {
  http::request<http::string_body> message = parser.release();
  wire::http_request request;
  request.method = std::string{message.method_string()};
  const std::string_view target{message.target().data(), message.target().size()};
  request.target = std::string{origin_form(target)};
  for (const auto& field : message.base())
    request.headers.add(std::string{field.name_string()}, std::string{field.value()});
  request.body = std::move(message.body());
  return request;
}

bool waits_for_promise(const request_parser& parser) {
  return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
}

/// Nobody will read it.
void leave(const http_server_reply& reply) {
  if (const auto* streamed = std::get_if<http_streamed_reply>(&reply))
    streamed->body->close();
}

wire::http_response plain_reply(int status, const std::string& why) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = why + "\n";
  return response;
}

} // namespace

struct beast_session::received {
  wire::http_request request;
  bool with_body = true; ///< the reply is to have one
  bool keep_alive = false;
  bool chunks = true; ///< the peer understands them
};

beast_session::beast_session(net::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                             std::shared_ptr<const beast_listener_options> options,
                             std::shared_ptr<const http_handler> handler)
    : peer_{std::move(socket), std::move(tls)},
      socket_{peer_.socket()},
      options_{std::move(options)},
      handler_{std::move(handler)},
      buffer_{make_read_buffer(options_->head_bytes_max)},
      dog_{socket_.get_executor()},
      look_{socket_.get_executor()},
      work_{socket_.get_executor()} {
}

void beast_session::start(std::function<void()> on_end) {
  net::asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->serve(); },
      [on_end = std::move(on_end)](const std::exception_ptr&) { on_end(); });
}

void beast_session::turn_away(std::function<void()> on_end) {
  net::asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->serve_nothing(); },
      [on_end = std::move(on_end)](const std::exception_ptr&) { on_end(); });
}

void beast_session::close() {
  net::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    net::error_code ignored;
    self->socket_.close(ignored);
    self->dog_.disarm();
    self->work_.cancel();
  });
}

void beast_session::finish() {
  net::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    net::error_code ignored;
    self->finishing_ = true;
    if (self->idle_)
      self->socket_.close(ignored);
  });
}

void beast_session::watch(duration limit) {
  dog_.arm(std::chrono::steady_clock::now() + limit, [self = shared_from_this()] {
    net::error_code ignored;
    self->timed_out_ = true;
    self->socket_.cancel(ignored);
  });
}

net::awaitable<> beast_session::serve() {
  net::error_code ignored;
  socket_.set_option(net::tcp::no_delay{true}, ignored);
  if (co_await begin()) {
    while (socket_.is_open() && !finishing_ && co_await serve_one() == next::read_on) {
    }
    co_await say_goodbye();
  }
  dog_.disarm();
  socket_.close(ignored);
}

net::awaitable<> beast_session::serve_nothing() {
  if (co_await begin()) {
    wire::http_response busy = worded(503, "too many connections; come again");
    busy.headers.add("Retry-After", "1");
    co_await part_with(busy);
  }
  dog_.disarm();
  net::error_code ignored;
  socket_.close(ignored);
}

/// False if there is nobody to talk to.
net::awaitable<bool> beast_session::begin() {
  if (!peer_.is_tls())
    co_return true;
  watch(options_->head_timeout);
  const auto [cut] = co_await socket_.async_wait(net::socket::wait_read, net::awaited);
  if (cut)
    co_return false;
  if (peer_.begins_with_http()) {
    peer_.give_up_tls();
    co_await part_with(worded(400, "this is a TLS port; its address begins with https://"));
    co_return false;
  }
  const auto [failed] = co_await peer_.shake_hands();
  dog_.disarm();
  co_return !failed;
}

/// A TLS peer that hears no goodbye must think that its reply was cut.
net::awaitable<> beast_session::say_goodbye() {
  if (!peer_.is_tls() || timed_out_ || !socket_.is_open())
    co_return;
  watch(lingering_max);
  static_cast<void>(co_await peer_.say_goodbye());
}

net::awaitable<beast_session::next> beast_session::serve_one() {
  auto got = co_await read_request();
  if (!got)
    co_return next::end;
  const http_server_reply reply = co_await ask_handler(std::move(got->request));
  next then = next::end;
  if (const auto* streamed = std::get_if<http_streamed_reply>(&reply))
    then = co_await stream_reply(*streamed, *got);
  else if (!socket_.is_open())
    then = next::end;
  else if (const auto* response = std::get_if<wire::http_response>(&reply))
    then = co_await write_reply(*response, got->with_body, got->keep_alive && !finishing_);
  else
    co_await enact(std::get<http_connection_fault>(reply));
  if (then == next::end)
    tell_gone();
  gone_ = {};
  co_return then;
}

net::awaitable<std::optional<beast_session::received>> beast_session::read_request() {
  request_parser parser;
  parser.header_limit(static_cast<std::uint32_t>(options_->head_bytes_max));
  parser.body_limit(options_->body_bytes_max);
  bool in_body = false;
  watch(buffer_.size() > 0 ? options_->head_timeout : options_->idle_timeout);
  net::error_code failed = feed(parser, buffer_);
  while (!failed && !parser.is_done()) {
    if (!in_body && parser.is_header_done()) {
      in_body = true;
      watch(options_->body_timeout);
      if (waits_for_promise(parser) && !co_await promise_to_read())
        co_return std::nullopt;
    }
    const bool nothing_yet = !parser.got_some();
    idle_ = nothing_yet;
    const auto [cut, read] = co_await peer_.async_read_some(room_in(buffer_), net::awaited);
    idle_ = false;
    buffer_.commit(read);
    failed = cut == net::asio::error::eof ? feed_end(parser) : cut;
    if (timed_out_)
      failed = nothing_yet ? net::asio::error::operation_aborted : net::asio::error::timed_out;
    if (!failed)
      failed = feed(parser, buffer_);
    if (!failed && nothing_yet && !parser.is_header_done())
      watch(options_->head_timeout);
  }
  dog_.disarm();
  if (!failed && has_unknown_coding(parser))
    failed = http::error::bad_transfer_encoding;
  if (failed) {
    co_await refuse(failed);
    co_return std::nullopt;
  }
  const bool keep_alive = parser.keep_alive();
  const bool chunks = parser.get().version() >= 11;
  const bool with_body = parser.get().method() != http::verb::head;
  co_return received{to_request(parser), with_body, keep_alive, chunks};
}

/// Answers `Expect: 100-continue`: without it curl holds a large body back for a second.
net::awaitable<bool> beast_session::promise_to_read() {
  constexpr std::string_view promise = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto [failed, written] =
      co_await net::asio::async_write(peer_, net::asio::buffer(promise), net::awaited);
  co_return !failed;
}

net::awaitable<http_server_reply> beast_session::ask_handler(wire::http_request request) {
  const std::uint64_t asked = ++request_;
  reply_.reset();
  replied_ = false;
  look_out_ = false;
  work_.expires_after(soon);
  // No strand in these: whoever keeps a responder may outlive the io_context.
  const std::weak_ptr<beast_session> weak = weak_from_this();
  const auto reply_with = [weak, asked](http_server_reply reply) {
    const auto self = weak.lock();
    if (!self)
      return leave(reply);
    net::asio::post(self->socket_.get_executor(),
                    [self, asked, reply = std::move(reply)]() mutable {
                      if (!self->accept_reply(asked, std::move(reply)))
                        leave(reply);
                    });
  };
  const auto watch_for = [weak, asked](std::function<void()> gone) {
    const auto self = weak.lock();
    if (!self)
      return gone();
    net::asio::post(self->socket_.get_executor(), [self, asked, gone = std::move(gone)]() mutable {
      self->watch_peer(asked, std::move(gone));
    });
  };
  (*handler_)(std::move(request), http_responder{reply_with, watch_for});
  while (!reply_ && socket_.is_open()) {
    const auto [woken] = co_await work_.async_wait(net::awaited);
    if (woken)
      continue;
    look_out();
    work_.expires_at(mono_time::max());
  }
  co_return std::move(reply_).value_or(http_connection_fault::reset);
}

/// A second reply must not answer the connection's next request.
bool beast_session::accept_reply(std::uint64_t to_request, http_server_reply&& reply) {
  if (to_request != request_ || replied_ || !socket_.is_open())
    return false;
  replied_ = true;
  reply_ = std::move(reply);
  work_.cancel();
  return true;
}

void beast_session::watch_peer(std::uint64_t of_request, std::function<void()> gone) {
  if (of_request != request_ || !socket_.is_open())
    return gone();
  gone_ = std::move(gone);
  if (look_out_)
    look_for_end();
}

/// From now on the peer of this request is watched, if anybody wants to know.
void beast_session::look_out() {
  look_out_ = true;
  if (gone_)
    look_for_end();
}

void beast_session::look_for_end() {
  net::asio::co_spawn(
      socket_.get_executor(),
      [self = shared_from_this(), of = request_] { return self->wait_for_end(of); },
      net::asio::detached);
}

/// Ends when the peer leaves, sends more (what comes after that is not looked at, but with TLS), or
/// its reply is written.
net::awaitable<> beast_session::wait_for_end(std::uint64_t of_request) {
  for (bool again = true; again;) {
    const auto [cut] = co_await socket_.async_wait(net::socket::wait_read, net::awaited);
    if (of_request != request_ || !gone_)
      co_return;
    if (cut || peer_.has_peer_left())
      co_return tell_gone();
    again = !peer_.has_more();
    if (again) {
      look_.expires_after(look_again_after);
      co_await look_.async_wait(net::awaited);
    }
  }
}

void beast_session::tell_gone() {
  if (const auto gone = std::exchange(gone_, {}))
    gone();
}

net::awaitable<beast_session::next> beast_session::stream_reply(const http_streamed_reply& reply,
                                                                const received& to) {
  wire::http_response head{reply.status, reply.headers, {}};
  if (!socket_.is_open() || !is_safe(head) || !may_have_body(reply.status)) {
    reply.body->close();
    co_return co_await write_reply(plain_reply(500, "the reply cannot be sent as HTTP"),
                                   to.with_body, false);
  }
  if (!look_out_)
    look_out();
  const bool keep_alive = to.keep_alive && to.chunks && !finishing_;
  std::string out =
      streamed_head(reply.status, reply.headers,
                    to.chunks ? body_framing::chunked : body_framing::until_close, keep_alive);
  reply.body->attach([weak = weak_from_this()](bool aborted) {
    if (const auto self = weak.lock())
      net::asio::post(self->socket_.get_executor(),
                      [self, aborted] { self->on_body_work(aborted); });
  });
  const next then = co_await stream_body(*reply.body, std::move(out), to);
  reply.body->close();
  co_return keep_alive ? then : next::end;
}

void beast_session::on_body_work(bool aborted) {
  work_.cancel();
  if (!aborted)
    return;
  // A write that the peer does not take would hold the end up.
  net::error_code ignored;
  reset_on_close();
  socket_.cancel(ignored);
}

/// Writes `out` and then the body, each time all there is in one write. Ends with its last byte.
net::awaitable<beast_session::next> beast_session::stream_body(http_body& body, std::string out,
                                                               const received& to) {
  for (;;) {
    const http_body::part part = body.take();
    if (to.with_body && to.chunks && !part.bytes.empty())
      append_chunk(out, part.bytes);
    else if (to.with_body)
      out += part.bytes;
    if (part.end == http_body::state::finished && to.with_body && to.chunks)
      out += "0\r\n\r\n";
    const bool nothing_to_do = out.empty();
    if (!nothing_to_do) {
      watch(options_->write_timeout);
      const auto [failed, n] =
          co_await net::asio::async_write(peer_, net::asio::buffer(out), net::awaited);
      dog_.disarm();
      if (timed_out_)
        reset_on_close();
      if (failed)
        co_return next::end;
      body.written(part.bytes.size());
      out.clear();
    }
    if (part.end == http_body::state::finished)
      co_return next::read_on;
    if (part.end == http_body::state::aborted)
      reset_on_close();
    if (part.end == http_body::state::aborted || !socket_.is_open())
      co_return next::end;
    // More may have come during a write, whose news found nobody waiting.
    if (nothing_to_do) {
      work_.expires_at(mono_time::max());
      co_await work_.async_wait(net::awaited);
    }
  }
}

net::awaitable<beast_session::next> beast_session::write_reply(const wire::http_response& response,
                                                               bool with_body, bool keep_alive) {
  if (!is_safe(response))
    co_return co_await write_reply(plain_reply(500, "the reply cannot be sent as HTTP"), with_body,
                                   keep_alive);
  const std::string head = response_head(response, keep_alive);
  std::array<net::asio::const_buffer, 2> message{net::asio::buffer(head), {}};
  if (with_body && may_have_body(response.status))
    message[1] = net::asio::buffer(response.body);
  watch(options_->write_timeout);
  const auto [failed, written] = co_await net::asio::async_write(peer_, message, net::awaited);
  if (timed_out_)
    reset_on_close();
  co_return failed || !keep_alive ? next::end : next::read_on;
}

net::awaitable<> beast_session::refuse(const net::error_code& failed) {
  const int status = refusal_status(failed);
  if (status != 0)
    co_await part_with(worded(status, why_unread(status, failed)));
}

std::string beast_session::why_unread(int status, const net::error_code& failed) const {
  switch (status) {
    case 408: return "the request did not come in time";
    case 413:
      return "the body is larger than " + std::to_string(options_->body_bytes_max) + " bytes";
    case 431:
      return "the headers are larger than " + std::to_string(options_->head_bytes_max) + " bytes";
    default: return "this is not HTTP: " + failed.message();
  }
}

wire::http_response beast_session::worded(int status, const std::string& why) const {
  return options_->refuse ? options_->refuse(status, why) : plain_reply(status, why);
}

/// Says the last word, then listens for a while.
net::awaitable<> beast_session::part_with(const wire::http_response& reply) {
  co_await write_reply(reply, true, false);
  net::error_code ignored;
  socket_.shutdown(net::socket::shutdown_send, ignored);
  watch(lingering_max);
  co_await discard_input();
}

/// Linger zero turns the close into an RST. Without it the kernel would go on for minutes to offer
/// a peer that does not read what was written for it.
void beast_session::reset_on_close() {
  net::error_code ignored;
  socket_.set_option(net::asio::socket_base::linger{true, 0}, ignored);
}

net::awaitable<> beast_session::enact(http_connection_fault fault) {
  switch (fault) {
    case http_connection_fault::reset: reset_on_close(); break;
    case http_connection_fault::garbage:
      watch(options_->write_timeout);
      co_await net::asio::async_write(
          peer_, net::asio::buffer(std::string_view{"\x16\x03 this is not HTTP \xff\r\n\r\n"}),
          net::awaited);
      break;
    case http_connection_fault::stall: co_await discard_input(); break;
  }
}

/// Reads and forgets until the peer leaves or the watchdog bites.
net::awaitable<> beast_session::discard_input() {
  for (bool more = true; more;) {
    buffer_.clear();
    const auto [failed, read] = co_await peer_.async_read_some(room_in(buffer_), net::awaited);
    more = !failed;
  }
}

} // namespace spillway::transport
