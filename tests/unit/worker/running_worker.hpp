// A worker on a fake log in a thread of its own.
#pragma once

#include "fake_consumer.hpp"
#include "gradesvc/worker/worker.hpp"
#include "settling.hpp"
#include "support/catch.hpp"

#include <exception>

namespace gradesvc::test {

/// Whether `condition` comes true in time.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// A gate that jobs wait at until the test opens it.
class gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.wait(lock, [&] { return open_; });
        --waiting_;
    }
    int waiting() const {
        const std::lock_guard lock(mutex_);
        return waiting_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    int waiting_ = 0;
};

class running_worker {
public:
    using settle = worker::settle_function;

    /// `apart` empty: suspects are scored like others.
    running_worker(
        fake_log& log, const worker::options& how, settle settler = [](const ports::record& r) { return result_of(r); },
        settle apart = {}, ports::log* history = nullptr)
        : history_(history),
          worker_(std::make_unique<worker::worker>(std::make_unique<fake_consumer>(log),
                                                   make(std::move(settler), std::move(apart)), how)),
          thread_([this] { run(); }) {}
    ~running_worker() { stop(); }

    static worker::options quick(int threads) {
        worker::options o;
        o.threads = threads;
        o.retry_delay = std::chrono::milliseconds(5);
        o.max_retry_delay = std::chrono::milliseconds(20);
        o.commit_retry_delay = std::chrono::milliseconds(2);
        o.max_commit_retry_delay = std::chrono::milliseconds(10);
        return o;
    }

    /// Drains; afterwards failure() says how it ended.
    void stop() {
        stop_.request_stop();
        if (thread_.joinable()) thread_.join();
    }
    void request_stop() { stop_.request_stop(); }
    bool ended() const { return ended_; }
    std::exception_ptr failure() const { return failure_; }
    /// Destroys the worker after stop(); threads left behind may go on.
    void forget() { worker_.reset(); }
    worker::worker& operator*() { return *worker_; }
    telemetry::metrics& metrics() { return metrics_; }
    test_clock& clock() { return clock_; }
    std::string exposed() const { return metrics_.expose(); }

private:
    worker::collaborators make(settle settler, settle apart) {
        std::function<std::unique_ptr<worker::suspect_scorer>()> make_apart;
        if (apart) make_apart = [apart] { return std::make_unique<fake_suspect_scorer>(apart); };
        return {
            .make_settle = [settler = std::move(settler)] { return settler; },
            .too_large =
                [](const ports::record& r, bool with_value) {
                    return letter_of(r, with_value ? "letter " + std::string(r.value) : "letter", "too_large");
                },
            .failed =
                [](const ports::record& r, std::string_view code, std::string_view detail, int attempts) {
                    return letter_of(r, std::string(detail) + " " + std::to_string(attempts),
                                     code == "retries_exhausted" ? "retries_exhausted" : "wrong");
                },
            .unread = [](const ports::record& r, std::string_view code, std::string_view,
                         int) { return letter_of(r, "unread", code); },
            .clock = clock_,
            .metrics = metrics_,
            .make_suspect_scorer = make_apart,
            .log = history_,
        };
    }

    void run() {
        try {
            worker_->run(stop_.get_token());
        } catch (const std::exception&) {
            failure_ = std::current_exception();
        }
        ended_ = true;
    }

    ports::log* history_;
    test_clock clock_;
    telemetry::metrics metrics_{"test"};
    std::stop_source stop_;
    std::unique_ptr<worker::worker> worker_;
    std::exception_ptr failure_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

} // namespace gradesvc::test
