#pragma once

// Internal to transport: HTTP messages out of a read buffer. Beast's own `async_read_some` returns
// only at the end of a head, which hides the first byte; these give it back to the caller.

#include "core/bounds.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace spillway::transport {

/// What one read asks for. Without the reserve a buffer grows from 512 B, at a third more CPU.
inline constexpr std::size_t read_bytes = 16 * 1024;

/// A buffer that takes the largest head, and stops what no head limit stops: chunk extensions and
/// trailers without end.
inline boost::beast::flat_buffer make_read_buffer(std::size_t head_bytes_max) {
  boost::beast::flat_buffer buffer{head_bytes_max + read_bytes};
  buffer.reserve(std::min(read_bytes, buffer.max_size()));
  return buffer;
}

/// Where the next read goes; empty if the buffer may not grow any more.
inline boost::asio::mutable_buffer room_in(boost::beast::flat_buffer& buffer) {
  constexpr std::size_t least = 512;
  const std::size_t spare = std::max(buffer.capacity() - buffer.size(), least);
  return buffer.prepare(std::min(spare, buffer.max_size() - buffer.size()));
}

/// Gives the parser what is buffered. No error: the message is done, or needs more bytes.
template <bool IsRequest>
boost::system::error_code feed(boost::beast::http::basic_parser<IsRequest>& parser,
                               boost::beast::flat_buffer& buffer) {
  boost::system::error_code failed;
  while (!failed && !parser.is_done() && buffer.size() > 0)
    buffer.consume(parser.put(buffer.data(), failed));
  if (failed == boost::beast::http::error::need_more)
    failed = buffer.size() < buffer.max_size() ? boost::system::error_code{}
                                               : boost::beast::http::error::buffer_overflow;
  return failed;
}

/// What the end of the stream means to a message: its end if it has no length, else an error.
template <bool IsRequest>
boost::system::error_code feed_end(boost::beast::http::basic_parser<IsRequest>& parser) {
  boost::system::error_code failed = boost::beast::http::error::end_of_stream;
  if (parser.got_some())
    parser.put_eof(failed);
  return failed;
}

/// True if the peer sent something that is not HTTP or breaks a bound, rather than left.
inline bool is_malformed(const boost::system::error_code& failed) {
  namespace http = boost::beast::http;
  return failed.category() == boost::system::error_code{http::error::bad_version}.category()
         && failed != http::error::end_of_stream && failed != http::error::partial_message;
}

} // namespace spillway::transport
