#include "transport/beast_session.hpp"

#include "transport/http_head.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <utility>

namespace spillway::transport {
namespace {

namespace http = boost::beast::http;
using request_parser = http::request_parser<http::string_body>;

constexpr std::size_t read_buffer_bytes = 16 * 1024;

/// What to tell a peer whose request could not be read; 0 if there is nobody to tell.
int refusal_status(const net::error_code& failed, bool timed_out) {
  if (timed_out)
    return 408;
  if (failed == http::error::header_limit)
    return 431;
  if (failed == http::error::body_limit)
    return 413;
  if (failed == http::error::end_of_stream || failed == http::error::partial_message)
    return 0;
  return failed.category() == net::error_code{http::error::bad_version}.category() ? 400 : 0;
}

wire::http_request to_request(request_parser& parser) {
  http::request<http::string_body> message = parser.release();
  wire::http_request request;
  request.method = std::string{message.method_string()};
  request.target = std::string{message.target()};
  for (const auto& field : message.base())
    request.headers.add(std::string{field.name_string()}, std::string{field.value()});
  request.body = std::move(message.body());
  return request;
}

} // namespace

beast_session::beast_session(net::socket socket,
                             std::shared_ptr<const beast_listener_options> options,
                             std::shared_ptr<const http_handler> handler)
    : socket_{std::move(socket)},
      options_{std::move(options)},
      handler_{std::move(handler)},
      watchdog_{socket_.get_executor()},
      replied_{socket_.get_executor()} {
  buffer_.reserve(read_buffer_bytes);
}

void beast_session::start(std::function<void()> on_end) {
  net::asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->serve(); },
      [on_end = std::move(on_end)](const std::exception_ptr&) { on_end(); });
}

void beast_session::close() {
  net::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    net::error_code ignored;
    self->socket_.close(ignored);
    self->watchdog_.cancel();
    self->replied_.cancel();
  });
}

void beast_session::watch(duration limit) {
  watchdog_.expires_after(limit);
  watchdog_.async_wait([self = shared_from_this()](const net::error_code& cancelled) {
    net::error_code ignored;
    if (!cancelled)
      self->socket_.cancel(ignored);
  });
}

net::awaitable<> beast_session::serve() {
  net::error_code ignored;
  socket_.set_option(net::tcp::no_delay{true}, ignored);
  while (socket_.is_open() && co_await serve_one() == next::read_on) {
  }
  watchdog_.cancel();
  socket_.close(ignored);
}

net::awaitable<beast_session::next> beast_session::serve_one() {
  bool keep_alive = false;
  auto request = co_await read_request(keep_alive);
  watchdog_.cancel();
  if (!request)
    co_return next::end;
  const http_server_reply reply = co_await ask_handler(std::move(*request));
  if (!socket_.is_open())
    co_return next::end;
  if (const auto* response = std::get_if<wire::http_response>(&reply))
    co_return co_await write_reply(*response, keep_alive);
  co_await enact(std::get<http_connection_fault>(reply));
  co_return next::end;
}

net::awaitable<std::optional<wire::http_request>> beast_session::read_request(bool& keep_alive) {
  request_parser parser;
  parser.header_limit(static_cast<std::uint32_t>(options_->head_bytes_max));
  parser.body_limit(options_->body_bytes_max);
  watch(options_->idle_timeout);
  bool begun = buffer_.size() > 0;
  bool head_done = false;
  while (!parser.is_done()) {
    const auto [failed, read] =
        co_await http::async_read_some(socket_, buffer_, parser, net::awaited);
    if (failed) {
      const bool timed_out = failed == net::asio::error::operation_aborted;
      if (const int status = refusal_status(failed, timed_out && (begun || head_done)))
        co_await refuse(status, failed.message().c_str());
      co_return std::nullopt;
    }
    if (!begun) {
      begun = true;
      watch(options_->head_timeout);
    }
    if (!head_done && parser.is_header_done()) {
      head_done = true;
      watch(options_->body_timeout);
    }
  }
  keep_alive = parser.keep_alive();
  co_return to_request(parser);
}

net::awaitable<http_server_reply> beast_session::ask_handler(wire::http_request request) {
  reply_.reset();
  replied_.expires_at(mono_time::max());
  (*handler_)(std::move(request), [weak = weak_from_this()](http_server_reply reply) {
    const auto self = weak.lock();
    if (!self)
      return;
    net::asio::post(self->socket_.get_executor(), [self, reply = std::move(reply)]() mutable {
      if (!self->reply_)
        self->reply_ = std::move(reply);
      self->replied_.cancel();
    });
  });
  while (!reply_ && socket_.is_open())
    co_await replied_.async_wait(net::awaited);
  co_return std::move(reply_).value_or(http_connection_fault::reset);
}

net::awaitable<beast_session::next> beast_session::write_reply(const wire::http_response& response,
                                                               bool keep_alive) {
  const std::string head = response_head(response, keep_alive);
  const std::array<net::asio::const_buffer, 2> message{net::asio::buffer(head),
                                                       net::asio::buffer(response.body)};
  watch(options_->write_timeout);
  const auto [failed, written] = co_await net::asio::async_write(socket_, message, net::awaited);
  co_return failed || !keep_alive ? next::end : next::read_on;
}

net::awaitable<> beast_session::refuse(int status, const char* why) {
  wire::http_response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::string{why} + "\n";
  co_await write_reply(response, false);
}

net::awaitable<> beast_session::enact(http_connection_fault fault) {
  net::error_code ignored;
  switch (fault) {
    case http_connection_fault::reset:
      // Linger zero turns the close into an RST.
      socket_.set_option(net::asio::socket_base::linger{true, 0}, ignored);
      break;
    case http_connection_fault::garbage:
      co_await net::asio::async_write(
          socket_, net::asio::buffer(std::string_view{"\x16\x03 this is not HTTP \xff\r\n\r\n"}),
          net::awaited);
      break;
    case http_connection_fault::stall:
      // Readable is what a socket becomes when its peer leaves.
      co_await socket_.async_wait(net::socket::wait_read, net::awaited);
      break;
  }
}

} // namespace spillway::transport
