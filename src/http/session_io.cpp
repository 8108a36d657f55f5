// The bytes of a session: bodies in, answers out, and waiting.
#include "http/precheck.hpp"
#include "http/response_head.hpp"
#include "http/session.hpp"

#include <boost/asio/write.hpp>

#include <array>
#include <charconv>

namespace gradesvc::http {
namespace {

constexpr std::size_t read_size = 32 * 1024;
constexpr std::size_t stream_backlog = 4 * 1024 * 1024; // what a client may be behind before we wait for it

void append_chunk(std::string& out, std::string_view data) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
    out.append(size.data(), end).append("\r\n").append(data).append("\r\n");
}

} // namespace

/// The body of a request, bounded by max_body, into body_.
net::awaitable<std::optional<domain::refusal>> session::read_body() {
    while (!parser_.done()) {
        const auto before = body_.size();
        if (!take_body(body_)) {
            domain::refusal why{domain::errc::malformed, "The body is not correctly chunked."};
            co_return why;
        }
        if (body_.size() > env_.bounds.max_body) co_return body_too_large(env_.bounds.max_body);
        if (!parser_.done() && body_.size() == before) co_await fill();
    }
    co_return std::nullopt;
}

/// Moves body bytes from in_ through the parser; false when they are malformed.
bool session::take_body(std::string& into) {
    const auto step = parser_.body(in_.view(), into);
    in_.consume(step.consumed);
    // What the parser waits for is the end of a line: a chunk's head, or the trailer.
    const bool endless = !parser_.done() && step.consumed == 0 && in_.view().size() > env_.bounds.max_header;
    return !step.malformed && !endless;
}

/// Waits for more bytes in in_.
net::awaitable<void> session::fill() {
    if (continue_due_) {
        const auto reading_until = deadline_;
        out_ = "HTTP/1.1 100 Continue\r\n\r\n";
        written_ = 0;
        co_await write_out();
        deadline_ = reading_until;
        continue_due_ = false;
    }
    const auto [error, size] = co_await socket_.async_read_some(in_.prepare(read_size), nothrow);
    if (error) throw connection_lost();
    in_.commit(size);
}

received session::receive(std::string& into) {
    const auto before = into.size();
    while (!parser_.done()) {
        if (!take_body(into)) throw malformed_body();
        if (into.size() > before) return received::some;
        if (parser_.done()) break;
        if (continue_due_) return received::nothing_yet;
        error_code error;
        const auto size = socket_.read_some(in_.prepare(read_size), error);
        if (error == net::error::would_block) return received::nothing_yet;
        if (error) throw connection_lost();
        in_.commit(size);
    }
    return into.size() > before ? received::some : received::all;
}

net::awaitable<void> session::receivable() {
    deadline_ = loop_.now() + env_.bounds.read;
    co_await fill();
    deadline_ = no_deadline;
}

net::awaitable<void> session::send(response answer) {
    open_ = request_.keep_alive && !answer.close && !loop_.draining() && (request_.method.empty() || parser_.done());
    head_options options;
    options.http11 = request_.http11;
    options.keep_alive = open_;
    options.date = loop_.date();
    out_.clear();
    written_ = 0;
    append_head(out_, answer, options);
    if (request_.method != "HEAD") out_ += answer.body;
    co_await write_out();
}

net::awaitable<void> session::begin_stream(std::string_view content_type) {
    streaming_ = true;
    chunked_ = request_.http11;
    open_ = request_.keep_alive && chunked_ && !loop_.draining();
    response answer;
    answer.content_type = content_type;
    head_options options;
    options.http11 = request_.http11;
    options.keep_alive = open_;
    options.body = chunked_ ? framing::chunked : framing::until_close;
    options.date = loop_.date();
    out_.clear();
    written_ = 0;
    append_head(out_, answer, options);
    if (!write_now()) throw connection_lost();
    co_return;
}

net::awaitable<void> session::stream(std::string part) {
    if (part.empty()) co_return;
    if (chunked_)
        append_chunk(out_, part);
    else
        out_ += part;
    if (!write_now()) throw connection_lost();
    if (out_.size() - written_ > stream_backlog) co_await write_out();
}

net::awaitable<void> session::end_stream() {
    if (chunked_) out_ += "0\r\n\r\n";
    co_await write_out();
    streaming_ = false;
}

/// Writes what the socket takes at once; false when the connection is gone.
bool session::write_now() {
    error_code error;
    while (written_ < out_.size() && !error)
        written_ += socket_.write_some(net::buffer(out_.data() + written_, out_.size() - written_), error);
    if (written_ > out_.size() / 2) {
        out_.erase(0, written_);
        written_ = 0;
    }
    return !error || error == net::error::would_block;
}

/// Writes all of out_.
net::awaitable<void> session::write_out() {
    if (!write_now()) throw connection_lost();
    if (written_ == out_.size()) co_return;
    deadline_ = loop_.now() + env_.bounds.write;
    const auto rest = net::buffer(out_.data() + written_, out_.size() - written_);
    const auto [error, size] = co_await net::async_write(socket_, rest, nothrow);
    if (error) throw connection_lost();
    deadline_ = no_deadline;
    out_.clear();
    written_ = 0;
}

bool session::bytes_waiting() {
    error_code error;
    return socket_.available(error) > 0 && !error;
}

net::awaitable<void> session::wait(doorbell& bell, steady::time_point until) {
    if (bell.rung || hurried()) co_return;
    net::steady_timer timer(socket_.get_executor(), until);
    bell.waiting = &timer;
    bell_ = &bell;
    watch_peer(bell.shared_from_this());
    (void)co_await timer.async_wait(nothrow);
    bell.waiting = nullptr;
    bell_ = nullptr;
    error_code ignored;
    socket_.cancel(ignored); // the watch on the peer
}

/// Ends the wait at `bell` when the client closes its end. A client that has sent its next request already is not
/// watched any longer.
void session::watch_peer(std::shared_ptr<doorbell> bell) {
    socket_.async_wait(tcp::socket::wait_read, [this, bell](error_code error) {
        if (error || bell->waiting == nullptr) return; // the wait is over, and maybe the session
        char byte = 0;
        error_code peeked;
        socket_.receive(net::buffer(&byte, 1), tcp::socket::message_peek, peeked);
        if (peeked == net::error::would_block) {
            watch_peer(bell);
        } else if (peeked) {
            peer_gone_ = true;
            bell->waiting->cancel();
        }
    });
}

} // namespace gradesvc::http
