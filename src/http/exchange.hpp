// What a handler works with: one request, its connection, and the services. Confined to the io thread of its session,
// lives until the answer is written.
#pragma once

#include "gradesvc/http/server.hpp"
#include "http/call.hpp"
#include "http/problem.hpp"
#include "http/reader_pool.hpp"
#include "http/request.hpp"
#include "http/router.hpp"

#include <exception>
#include <optional>

namespace gradesvc::http {

/// What all sessions share. Immutable, hence thread-safe, like what it refers to.
struct environment {
    std::optional<api_services> api; ///< unset: an operator's server
    telemetry::metrics& metrics;
    std::function<readiness()> ready;
    limits bounds;
    router routes;
    mutable reader_pool readers;
};

/// Wakes a waiting session from any thread, at most once. Held by shared_ptr by all who may ring.
class doorbell final : public message, public std::enable_shared_from_this<doorbell> {
public:
    explicit doorbell(io_loop& loop) : box_(loop.box()) {}

    void ring(); ///< thread-safe
    void deliver() override;
    void discard() override;

    // On the io thread:
    bool rung = false;
    net::steady_timer* waiting = nullptr; ///< cancelled by the ring

private:
    std::shared_ptr<mailbox> box_;
    std::shared_ptr<doorbell> self_; // while it is posted
};

/// The client has gone, or was cut off for being too slow: nobody is left to answer.
struct connection_lost : std::runtime_error {
    connection_lost() : std::runtime_error("the connection is lost") {}
};

enum class received { some, nothing_yet, all };

/// The connection as handlers may use it.
class connection {
public:
    virtual ~connection() = default;

    /// Holds until the bell rings, `until` comes, the client closes its end, or the server drains.
    virtual net::awaitable<void> wait(doorbell& bell, steady::time_point until) = 0;
    /// Whether wait() has a reason to end at once, but for the bell: the server drains or the client has gone.
    virtual bool hurried() const = 0;

    // For bodies without bound. Both throw connection_lost, or malformed_body.
    virtual received receive(std::string& into) = 0; ///< appends what is there, without waiting
    virtual net::awaitable<void> receivable() = 0;   ///< waits for more after nothing_yet

    // For answers in parts; throw connection_lost. What the client is slow to take is kept up to a limit.
    virtual net::awaitable<void> begin_stream(std::string_view content_type) = 0;
    virtual net::awaitable<void> stream(std::string part) = 0;
    virtual net::awaitable<void> end_stream() = 0;
};

struct malformed_body : std::runtime_error {
    malformed_body() : std::runtime_error("the body is not correctly chunked") {}
};

struct exchange {
    const request& rq;
    const route_match& match;
    const environment& env;
    io_loop& loop;
    connection& peer;
    std::string traceparent;  ///< of the client, or our own
    steady::time_point began; ///< the head was parsed

    const api_services& api() const { return *env.api; }
    const std::string& parameter(std::size_t i) const { return match.parameters.at(i); }
    std::string_view trace_id() const;
    response refuse(const domain::refusal& why) const { return problem_response(why, rq.path, trace_id()); }
};

/// Runs `f` on a reader thread; nullopt when too many wait for one already. What f throws is thrown here.
template <class F>
net::awaitable<std::optional<std::invoke_result_t<F&>>> on_reader(exchange& ex, F f) {
    struct outcome {
        std::optional<std::invoke_result_t<F&>> value;
        std::exception_ptr error;
    };
    call<outcome> pending(ex.loop);
    auto job = [f = std::move(f), done = pending.callback()]() mutable {
        outcome result;
        try {
            result.value = f();
        } catch (...) {
            result.error = std::current_exception();
        }
        done(std::move(result));
    };
    if (!ex.env.readers.try_post(std::move(job))) {
        pending.abandon();
        co_return std::nullopt;
    }
    auto result = co_await pending.result();
    if (result.error) std::rethrow_exception(result.error);
    co_return std::move(result.value);
}

} // namespace gradesvc::http
