#pragma once

// Internal to transport: the Asio types that its sources share. No public header includes this.

#include "transport/serial_executor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace spillway::transport::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

/// Everything of one client or one server connection runs on its strand, so that any number of
/// threads may run the io_context.
using strand = serial_executor<asio::io_context::executor_type>;

template <class T = void>
using awaitable = asio::awaitable<T, strand>;
using socket = asio::basic_stream_socket<tcp, strand>;
using resolver = asio::ip::basic_resolver<tcp, strand>;
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, strand>;

/// Makes an operation awaitable and gives its error as a value.
inline constexpr auto awaited = asio::as_tuple(asio::use_awaitable_t<strand>{});

} // namespace spillway::transport::net
