#include "transport/call.hpp"

#include "transport/http_head.hpp"
#include "transport/message_feed.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace spillway::transport {
namespace {

namespace http = boost::beast::http;
using response_parser = http::response_parser<http::string_body>;

/// Interim replies (100, 102, 103) before the final one; more is a peer that never ends.
constexpr int interim_replies_max = 16;

mono_time clock_now() {
  return std::chrono::steady_clock::now();
}

/// A bound that is too far away to be added to a time point means "none".
mono_time later(mono_time t, duration d) {
  return d > mono_time::max() - t ? mono_time::max() : t + d;
}

wire::http_response head_of(const response_parser& parser) {
  wire::http_response response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get().base())
    response.headers.add(std::string{field.name_string()}, std::string{field.value()});
  return response;
}

wire::http_response to_response(response_parser& parser) {
  wire::http_response response = head_of(parser);
  response.body = std::move(parser.get().body());
  return response;
}

void note_arrival(call& c) {
  if (c.any_byte_received)
    return;
  c.any_byte_received = true;
  c.exchange.first_byte_at = clock_now();
}

template <class Stream>
net::awaitable<std::optional<http_failure>> write_request(call& c, Stream& stream) {
  const std::string head = request_head(c.to, c.request);
  const std::array<net::asio::const_buffer, 2> message{net::asio::buffer(head),
                                                       net::asio::buffer(c.request.body)};
  c.exchange.sent_at = clock_now();
  const auto [failed, written] = co_await net::asio::async_write(stream, message, net::awaited);
  c.any_byte_sent = c.any_byte_sent || written > 0;
  c.written = c.written || !failed;
  if (failed)
    co_return c.failed(http_failure_kind::reset, failed.message());
  co_return std::nullopt;
}

bool is_streamed(const call& c, response_parser& parser) {
  return c.events && parser.is_header_done() && parser.get().result_int() / 100 == 2;
}

/// Hands out what has come of the body, after the head if that is new.
void hand_out(call& c, response_parser& parser, bool& head_given) {
  if (!is_streamed(c, parser))
    return;
  if (!std::exchange(head_given, true) && c.events->on_head) {
    wire::http_response head = head_of(parser);
    c.events->on_head({head.status, std::move(head.headers), clock_now(), c.exchange.sent_at});
  }
  std::string piece = std::exchange(parser.get().body(), {});
  if (piece.empty())
    return;
  c.unconsumed += piece.size();
  c.events->on_piece(std::move(piece));
}

/// Waits until the reader of the body has caught up, or the call is cut.
net::awaitable<> wait_for_reader(call& c) {
  while (c.unconsumed >= bounds::http_stream_window_bytes && !c.cut) {
    c.watch(duration::max(), http_failure_kind::total_timeout);
    c.wake.expires_at(mono_time::max());
    co_await c.wake.async_wait(net::awaited);
  }
}

/// Reads one message, interim or final. Absent if it worked.
template <class Stream>
net::awaitable<std::optional<http_failure>> read_message(call& c, connection& conn, Stream& stream,
                                                         response_parser& parser) {
  parser.eager(true);
  parser.skip(c.request.method == "HEAD");
  parser.header_limit(bounds::http_head_bytes_max);
  parser.body_limit(bounds::http_reply_body_bytes_max);
  c.watch(c.timeouts.first_byte, http_failure_kind::first_byte_timeout);
  bool head_given = false;
  net::error_code failed = feed(parser, conn.buffer);
  while (!failed) {
    hand_out(c, parser, head_given);
    if (parser.is_done())
      break;
    if (c.unconsumed > 0)
      co_await wait_for_reader(c);
    if (c.any_byte_received)
      c.watch(c.timeouts.idle, http_failure_kind::idle_timeout);
    const auto [cut, read] = co_await stream.async_read_some(room_in(conn.buffer), net::awaited);
    conn.buffer.commit(read);
    if (read > 0)
      note_arrival(c);
    failed = cut == net::asio::error::eof ? feed_end(parser) : cut;
    if (!failed)
      failed = feed(parser, conn.buffer);
  }
  if (failed)
    co_return c.failed(is_malformed(failed) ? http_failure_kind::protocol_error
                                            : http_failure_kind::reset,
                       failed.message());
  co_return std::nullopt;
}

template <class Stream>
net::awaitable<call_outcome> read_response(call& c, connection& conn, Stream& stream,
                                           bool& keep_alive) {
  for (int interim = 0; interim <= interim_replies_max; ++interim) {
    response_parser parser;
    if (auto failed = co_await read_message(c, conn, stream, parser))
      co_return std::move(*failed);
    const unsigned status = parser.get().result_int();
    if (status < 200 && status != 101)
      continue;
    // What follows a whole reply answers nothing we asked: it must not meet the next call.
    keep_alive = parser.keep_alive() && status >= 200 && conn.buffer.size() == 0;
    co_return to_response(parser);
  }
  co_return c.failed(http_failure_kind::protocol_error, "interim replies without end");
}

template <class Stream>
net::awaitable<call_outcome> exchange(call& c, connection& conn, Stream& stream, bool& keep_alive) {
  c.watch(c.timeouts.first_byte, http_failure_kind::first_byte_timeout);
  auto unwritten = co_await write_request(c, stream);
  if (unwritten && (c.cut || !c.any_byte_sent))
    co_return std::move(*unwritten);
  call_outcome reply = co_await read_response(c, conn, stream, keep_alive);
  if (!unwritten)
    co_return reply;
  // An upstream that refuses a body may answer, and close, before it has read it all.
  keep_alive = false;
  if (std::holds_alternative<http_failure>(reply) && !c.any_byte_received && !c.cut)
    co_return std::move(*unwritten);
  co_return reply;
}

} // namespace

call::call(const net::strand& strand, http_endpoint endpoint, wire::http_request r,
           const http_timeouts& bounds, http_client::completion done)
    : to{std::move(endpoint)},
      request{std::move(r)},
      timeouts{bounds},
      on_done{std::move(done)},
      dog{strand},
      wake{strand},
      resolver{strand},
      started_at{clock_now()} {
}

void call::abort(http_failure_kind why) {
  if (!cut)
    cut = why;
  wake.cancel();
  resolver.cancel();
  if (active != nullptr)
    active->close();
}

void call::consume(std::size_t bytes) {
  unconsumed -= std::min(bytes, unconsumed);
  if (unconsumed < bounds::http_stream_window_bytes)
    wake.cancel();
}

void call::watch(duration limit, http_failure_kind why) {
  const mono_time phase_end = later(clock_now(), limit);
  const mono_time total_end = later(started_at, timeouts.total);
  const http_failure_kind kind = total_end <= phase_end ? http_failure_kind::total_timeout : why;
  dog.arm(std::min(phase_end, total_end), [self = shared_from_this(), kind] { self->abort(kind); });
}

http_failure call::failed(http_failure_kind kind, const std::string& why) const {
  const std::string where = to.host + ":" + std::to_string(to.port) + ": ";
  if (cut)
    return {*cut, any_byte_sent, where + to_string(*cut)};
  return {kind, any_byte_sent, where + why};
}

net::awaitable<call_outcome> exchange_on(call& c, connection& conn, bool& keep_alive) {
  if (conn.tls)
    return exchange(c, conn, *conn.tls, keep_alive);
  return exchange(c, conn, conn.socket, keep_alive);
}

} // namespace spillway::transport
