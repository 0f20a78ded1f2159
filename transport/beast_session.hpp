#pragma once

// Internal to transport: one connection of a listener.

#include "transport/beast_listener.hpp"
#include "transport/net.hpp"
#include "transport/peer_stream.hpp"
#include "transport/watchdog.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace spillway::transport {

/// Reads requests, hands each to the handler and writes its reply, until either side closes.
class beast_session : public std::enable_shared_from_this<beast_session> {
public:
  beast_session(net::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                std::shared_ptr<const beast_listener_options> options,
                std::shared_ptr<const http_handler> handler);

  /// Serves until the connection ends, then calls `on_end`, both on the session's strand.
  void start(std::function<void()> on_end);

  /// Tells the peer to come again later and ends the connection, then calls `on_end`, both on the
  /// session's strand.
  void turn_away(std::function<void()> on_end);

  /// Ends the connection after the reply it owes, or at once if it owes none. From any thread.
  void finish();

  /// Closes the connection. From any thread.
  void close();

private:
  enum class next { read_on, end };
  struct received;

  net::awaitable<> serve();
  net::awaitable<> serve_nothing();
  net::awaitable<bool> begin();
  net::awaitable<> say_goodbye();
  net::awaitable<next> serve_one();
  net::awaitable<std::optional<received>> read_request();
  net::awaitable<bool> promise_to_read();
  net::awaitable<http_server_reply> ask_handler(wire::http_request request);
  net::awaitable<next> stream_reply(const http_streamed_reply& reply, const received& to);
  net::awaitable<next> stream_body(http_body& body, std::string out, const received& to);
  void on_body_work(bool aborted);
  void watch_peer(std::uint64_t of_request, std::function<void()> gone);
  void look_out();
  void look_for_end();
  net::awaitable<> wait_for_end(std::uint64_t of_request);
  void tell_gone();
  net::awaitable<next> write_reply(const wire::http_response& response, bool with_body,
                                   bool keep_alive);
  net::awaitable<> refuse(const net::error_code& failed);
  std::string why_unread(int status, const net::error_code& failed) const;
  wire::http_response worded(int status, const std::string& why) const;
  net::awaitable<> part_with(const wire::http_response& reply);
  net::awaitable<> enact(http_connection_fault fault);
  net::awaitable<> discard_input();
  void reset_on_close();
  bool accept_reply(std::uint64_t to_request, http_server_reply&& reply);
  void watch(duration limit);

  peer_stream peer_;
  net::socket& socket_; ///< of `peer_`
  std::shared_ptr<const beast_listener_options> options_;
  std::shared_ptr<const http_handler> handler_;
  boost::beast::flat_buffer buffer_;
  watchdog dog_;
  bool timed_out_ = false;
  bool idle_ = false;         ///< between two requests
  bool finishing_ = false;    ///< no request is taken any more
  net::timer look_;           ///< until the peer is looked for again
  net::timer work_;           ///< cancelled when the handler has replied, or written more
  std::uint64_t request_ = 0; ///< the one being answered
  std::optional<http_server_reply> reply_;
  bool replied_ = false;
  bool look_out_ = false;      ///< whether he leaves, since the reply does not come at once
  std::function<void()> gone_; ///< to be told if the peer leaves before its reply is written
};

} // namespace spillway::transport
