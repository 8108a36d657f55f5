// Asio as this room uses it. Private to src/http.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gradesvc::http {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

/// Errors as values: auto [error, size] = co_await socket.async_read_some(buffer, nothrow);
inline constexpr auto nothrow = net::as_tuple(net::deferred);

} // namespace gradesvc::http
