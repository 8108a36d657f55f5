#include "http/listener.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <charconv>

namespace gradesvc::http {
namespace {

constexpr int backlog = 4096;
constexpr std::size_t being_turned_away = 256; // connections beyond the limit that are told so; more are just closed

struct host_port {
    std::string host;
    std::string port;
};

host_port split(const std::string& address) {
    const auto wrong = [&] { return listen_error("\"" + address + "\" is not HOST:PORT or [IPV6]:PORT."); };
    const auto colon = address.rfind(':');
    if (colon == address.npos) throw wrong();
    host_port parts{address.substr(0, colon), address.substr(colon + 1)};
    std::uint16_t port = 0;
    const auto* last = parts.port.data() + parts.port.size();
    if (const auto [end, error] = std::from_chars(parts.port.data(), last, port); error != std::errc() || end != last)
        throw wrong();
    if (parts.host.starts_with('[') && parts.host.ends_with(']'))
        parts.host = parts.host.substr(1, parts.host.size() - 2);
    else if (parts.host.find(':') != parts.host.npos)
        throw wrong();
    if (parts.host.empty()) throw wrong();
    return parts;
}

tcp::endpoint resolve(net::io_context& io, const std::string& address) {
    const auto parts = split(address);
    tcp::resolver resolver(io);
    error_code error;
    const auto found = resolver.resolve(parts.host, parts.port, tcp::resolver::passive, error);
    if (error || found.empty()) throw listen_error("Cannot listen on " + address + ": there is no such host.");
    return *found.begin();
}

void session_ended(const std::exception_ptr& failed) {
    if (!failed) return;
    try {
        std::rethrow_exception(failed);
    } catch (const std::exception& e) {
        telemetry::log(telemetry::level::error, "connection failed", {{"detail", std::string_view(e.what())}});
    }
}

net::awaitable<void> run_session(tcp::socket socket, io_loop& loop, const environment& env, bool turn_away) {
    session one(std::move(socket), loop, env);
    if (loop.aborted()) co_return;
    if (turn_away)
        co_await one.turn_away();
    else
        co_await one.run();
}

} // namespace

std::size_t connection_count::enter() {
    std::lock_guard lock(mutex_);
    return ++live_;
}

void connection_count::leave() {
    std::lock_guard lock(mutex_);
    if (--live_ == 0) none_.notify_all();
}

bool connection_count::wait_for_none(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, limit, [this] { return live_ == 0; });
}

listener::listener(const std::string& address, std::span<const std::unique_ptr<io_loop>> loops, const environment& env,
                   connection_count& live)
    : loops_(loops), env_(env), live_(live), acceptor_(loops.front()->io()) {
    const auto endpoint = resolve(loops.front()->io(), address);
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(backlog, error);
    if (error) throw listen_error("Cannot listen on " + address + ": " + error.message() + ".");
    host_ = address.substr(0, address.rfind(':'));
}

std::string listener::address() const { return host_ + ":" + std::to_string(acceptor_.local_endpoint().port()); }

void listener::start() { net::co_spawn(acceptor_.get_executor(), accept(), session_ended); }

void listener::close() {
    net::post(acceptor_.get_executor(), [this] {
        error_code ignored;
        acceptor_.close(ignored);
    });
}

net::awaitable<void> listener::accept() {
    while (acceptor_.is_open()) {
        auto& loop = *loops_[next_++ % loops_.size()];
        auto [error, socket] = co_await acceptor_.async_accept(loop.io(), nothrow);
        if (!error) {
            welcome(std::move(socket), loop);
        } else if (acceptor_.is_open()) {
            // Out of file descriptors and the like: breathe, and go on.
            telemetry::log(telemetry::level::warn, "accept failed", {{"detail", error.message()}});
            net::steady_timer pause(acceptor_.get_executor(), std::chrono::milliseconds(100));
            (void)co_await pause.async_wait(nothrow);
        }
    }
}

void listener::welcome(tcp::socket socket, io_loop& loop) {
    const auto count = live_.enter();
    const auto limit = env_.bounds.max_connections;
    if (count > limit + being_turned_away) {
        live_.leave();
        return;
    }
    auto ended = [this](const std::exception_ptr& failed) {
        session_ended(failed);
        live_.leave();
    };
    net::co_spawn(loop.io(), run_session(std::move(socket), loop, env_, count > limit), ended);
}

} // namespace gradesvc::http
