#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// What the two ends of the benchmark share: sockets of one thread, and as much of HTTP as the
/// peers in between write.
namespace bench::gateway {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

inline tcp::endpoint loopback(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// A message's head, and how its body ends.
struct message_head {
  std::size_t bytes = 0;                  ///< with the empty line
  std::optional<std::size_t> body_length; ///< absent: chunked
};

/// Absent while the head is incomplete.
std::optional<message_head> read_head(std::string_view text);

} // namespace bench::gateway
