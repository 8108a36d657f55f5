// The awaitable face of the ports: turns a call that reports to a callback on some other thread into something a
// coroutine awaits on its io thread.
//
//     call<domain::outcome<app::accepted>> pending(loop);
//     api.submit(request, pending.callback());
//     auto outcome = co_await pending.result();
//
// The callback must be called once, at any time from any thread; even after the coroutine and the server are gone.
#pragma once

#include "http/io_loop.hpp"

#include <boost/asio/async_result.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>

namespace gradesvc::http {

/// The server is being stopped hard.
struct call_aborted : std::runtime_error {
    call_aborted() : std::runtime_error("the server stops") {}
};

namespace detail {

/// A suspended coroutine; Asio's own any_completion_handler wraps itself without end when moved in Boost 1.81.
class resumption {
public:
    virtual ~resumption() = default;
    virtual void resume() = 0;
};

template <class Handler>
class resumption_of final : public resumption {
public:
    explicit resumption_of(Handler handler) : handler_(std::move(handler)) {}
    void resume() override { std::move(handler_)(); }

private:
    Handler handler_;
};

/// Shared by the awaiting side and the callback.
template <class T>
class reply final : public message, public pending_call {
public:
    explicit reply(io_loop& loop) : box_(loop.box()) {}

    /// The callback's side; gives up its reference.
    void settle(T value) {
        value_ = std::move(value);
        if (box_->on_thread() && !handler_) {
            arrived_ = true; // called back at once, inside the call
            release();
        } else {
            box_->post(this);
        }
    }

    bool arrived() const { return arrived_; }
    T take() { return std::move(*value_); }
    void suspend(std::unique_ptr<resumption> handler) { handler_ = std::move(handler); }

    void deliver() override {
        arrived_ = true;
        this->unlink_if_linked();
        resume();
        release();
    }
    void discard() override { release(); }
    void abort() override { resume(); }
    void release() {
        if (users_.fetch_sub(1) == 1) delete this;
    }

private:
    void unlink_if_linked() {
        if (this->is_linked()) this->unlink();
    }
    void resume() {
        if (const auto handler = std::move(handler_)) handler->resume();
    }

    std::atomic<int> users_{2};
    std::shared_ptr<mailbox> box_;
    std::optional<T> value_;
    bool arrived_ = false;                // on the io thread
    std::unique_ptr<resumption> handler_; // on the io thread
};

/// Starts an asynchronous operation that ends with the reply.
struct suspend {
    template <class Handler, class T>
    void operator()(Handler handler, reply<T>* until) const {
        until->suspend(std::make_unique<resumption_of<Handler>>(std::move(handler)));
    }
};

} // namespace detail

/// Lives in the frame of the coroutine that awaits it. Confined to the io thread.
template <class T>
class call {
public:
    explicit call(io_loop& loop) : loop_(loop), reply_(new detail::reply<T>(loop)) {}
    ~call() { reply_->release(); }
    call(const call&) = delete;
    call& operator=(const call&) = delete;

    auto callback() {
        return [r = reply_](T value) { r->settle(std::move(value)); };
    }
    /// In place of the callback: it will not be called.
    void abandon() { reply_->release(); }

    bool arrived() const { return reply_->arrived(); }

    /// What the callback was given. Throws call_aborted when the server stops first.
    net::awaitable<T> result() {
        if (!reply_->arrived() && !loop_.aborted()) {
            loop_.add(*reply_);
            const detail::suspend start;
            auto suspended = net::async_initiate<const net::deferred_t, void()>(start, net::deferred, reply_);
            co_await std::move(suspended);
        }
        if (!reply_->arrived()) throw call_aborted();
        co_return reply_->take();
    }

private:
    io_loop& loop_;
    detail::reply<T>* reply_;
};

} // namespace gradesvc::http
