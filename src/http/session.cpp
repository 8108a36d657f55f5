#include "http/session.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "gradesvc/telemetry/metrics.hpp"
#include "http/head_scan.hpp"
#include "http/header_values.hpp"
#include "http/precheck.hpp"
#include "http/request_check.hpp"

namespace gradesvc::http {
namespace {

using domain::errc;

constexpr std::string_view no_route = "none"; // label of requests that match no route

bool expects_continue(const request& rq) {
    const auto expect = rq.header("Expect");
    return rq.http11 && rq.has_body() && expect && iequals(*expect, "100-continue");
}

std::string traceparent_of(const request& rq) {
    const auto given = rq.header("traceparent");
    return given && valid_traceparent(*given) ? std::string(*given) : new_traceparent();
}

domain::refusal unreadable_head(head_state state) {
    if (state == head_state::too_long)
        return {errc::headers_too_large, "The request line and header fields are too long."};
    return {errc::malformed, "Not an HTTP/1 request: a line does not end in CRLF, is folded, or holds a NUL."};
}

} // namespace

session::session(tcp::socket socket, io_loop& loop, const environment& env)
    : socket_(std::move(socket)), loop_(loop), env_(env) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    loop_.add(*this);
}

net::awaitable<void> session::run() {
    bool lost = false;
    try {
        co_await converse();
    } catch (const connection_lost&) {
        lost = true;
    }
    if (!lost) co_await linger();
}

net::awaitable<void> session::turn_away() {
    domain::refusal why{errc::overloaded, "There are too many connections."};
    bool lost = false;
    try {
        co_await refuse(std::move(why));
    } catch (const connection_lost&) {
        lost = true;
    }
    if (!lost) co_await linger();
}

net::awaitable<void> session::converse() {
    while (open_) {
        const bool begun = co_await receive_head();
        if (!begun) break;
        co_await serve();
    }
}

/// False when the connection ends here, with the reason told.
net::awaitable<bool> session::receive_head() {
    std::size_t checked = 0;
    request_.path = {};
    idle_ = true;
    deadline_ = loop_.now() + env_.bounds.idle;
    for (;;) {
        if (checked == 0 && in_.view().starts_with("\r\n")) {
            in_.consume(2); // an empty line before a request is passed over
            continue;
        }
        const auto scan = scan_head(in_.view(), env_.bounds.max_header, checked);
        if (idle_ && !in_.empty()) {
            idle_ = false;
            deadline_ = loop_.now() + env_.bounds.read;
        }
        head_size_ = scan.size;
        if (scan.state == head_state::complete) co_return true;
        if (scan.state != head_state::incomplete) {
            auto why = unreadable_head(scan.state);
            co_await refuse(std::move(why));
            co_return false;
        }
        if (idle_ && loop_.draining() && !bytes_waiting()) throw connection_lost();
        const auto [error, size] = co_await socket_.async_read_some(in_.prepare(4096), nothrow);
        if (error == net::error::operation_aborted && idle_ && bytes_waiting()) continue; // a drain met a request
        if (error) throw connection_lost();
        in_.commit(size);
    }
}

net::awaitable<void> session::serve() {
    auto wrong = parser_.head(in_.view().substr(0, head_size_), request_);
    in_.consume(head_size_);
    if (!wrong) wrong = check_request(request_);
    if (wrong) {
        co_await refuse(std::move(*wrong));
        co_return;
    }
    const auto match = env_.routes.match(request_.method, request_.path);
    exchange ex{request_, match, env_, loop_, *this, traceparent_of(request_), steady::now()};
    auto early = precheck(ex);
    continue_due_ = expects_continue(request_) && in_.empty();
    const bool unwanted = early && (continue_due_ || request_.content_length.value_or(0) > env_.bounds.max_body);
    if (!unwanted && (early || match.found->body != takes::ndjson)) {
        body_.clear();
        if (auto why = co_await read_body()) early = ex.refuse(*why);
        request_.body = body_;
    }
    deadline_ = no_deadline;
    if (!early) early = co_await handle(ex);
    const int status = early->status;
    if (!early->streamed) co_await send(std::move(*early));
    env_.metrics.http_request(match.found != nullptr ? match.found->path : no_route, status);
}

net::awaitable<response> session::handle(exchange& ex) {
    std::string failed;
    try {
        co_return co_await ex.match.found->handle(ex);
    } catch (const connection_lost&) {
        throw;
    } catch (const call_aborted&) {
        throw connection_lost();
    } catch (const malformed_body&) {
        if (streaming_) throw connection_lost(); // cut off: the answer has begun
        co_return ex.refuse({errc::malformed, "The body is not correctly chunked."});
    } catch (const std::exception& e) {
        failed = e.what();
    }
    telemetry::log(telemetry::level::error, "request failed",
                   {{"request_id", ex.trace_id()}, {"path", ex.match.found->path}, {"detail", failed}});
    if (streaming_) throw connection_lost();
    co_return ex.refuse({errc::internal, {}});
}

/// Answers a request that cannot be understood; the connection ends.
net::awaitable<void> session::refuse(domain::refusal why) {
    const auto trace = new_traceparent();
    auto answer = problem_response(why, request_.path, trace_id_of(trace));
    answer.close = true;
    request_.method = {};
    const int status = answer.status;
    co_await send(std::move(answer));
    env_.metrics.http_request(no_route, status);
}

/// Closes so that the client sees the last answer even if it is still sending: what comes is read and dropped.
net::awaitable<void> session::linger() {
    error_code failed;
    socket_.shutdown(tcp::socket::shutdown_send, failed);
    deadline_ = loop_.now() + env_.bounds.linger;
    in_.consume(in_.view().size());
    while (!failed) {
        const auto [error, size] = co_await socket_.async_read_some(in_.prepare(8192), nothrow);
        failed = error;
    }
}

void session::tick(steady::time_point now) {
    error_code ignored;
    if (now >= deadline_) socket_.close(ignored);
}

void session::drain() {
    error_code ignored;
    if (idle_) socket_.cancel(ignored);
    if (bell_ != nullptr && bell_->waiting != nullptr) bell_->waiting->cancel();
}

void session::abort() {
    error_code ignored;
    socket_.close(ignored);
    if (bell_ != nullptr && bell_->waiting != nullptr) bell_->waiting->cancel();
}

} // namespace gradesvc::http
