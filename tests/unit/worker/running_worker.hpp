// A worker on a fake log in a thread of its own.
#pragma once

#include "fake_consumer.hpp"
#include "gradesvc/worker/worker.hpp"
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

struct test_clock final : ports::clock {
    ports::time_ms now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    std::array<std::uint64_t, 2> random() override { return {++counter_, 7}; }

private:
    std::atomic<std::uint64_t> counter_{0};
};

/// A result that says where it comes from.
inline app::settled result_of(const ports::record& r, std::string value = "scored") {
    app::settled s;
    s.output.topic = "test_results_ready";
    s.output.partition = r.partition;
    if (r.key) s.output.key = std::string(*r.key);
    s.output.value = std::move(value);
    s.output.headers = {{"gs_source_offset", std::to_string(r.offset)}};
    s.scored = true;
    return s;
}

inline app::settled letter_of(const ports::record& r, std::string value, std::string_view reason) {
    app::settled s = result_of(r, std::move(value));
    s.output.topic = "test_submissions.dlq";
    s.scored = false;
    s.reason = reason;
    return s;
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

    running_worker(
        fake_log& log, const worker::options& how, settle settler = [](const ports::record& r) { return result_of(r); })
        : worker_(
              std::make_unique<worker::worker>(std::make_unique<fake_consumer>(log), make(std::move(settler)), how)),
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
    std::string exposed() const { return metrics_.expose(); }

private:
    worker::collaborators make(settle settler) {
        return {
            .make_settle = [settler = std::move(settler)] { return settler; },
            .too_large =
                [](const ports::record& r, bool with_value) {
                    return letter_of(r, with_value ? "letter " + std::string(r.value) : "letter", "too_large");
                },
            .failed =
                [](const ports::record& r, std::string_view code, std::string_view detail, int attempts) {
                    return letter_of(r, std::string(detail) + " " + std::to_string(attempts),
                                     code == "internal" ? "internal" : "wrong");
                },
            .clock = clock_,
            .metrics = metrics_,
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

    test_clock clock_;
    telemetry::metrics metrics_{"test"};
    std::stop_source stop_;
    std::unique_ptr<worker::worker> worker_;
    std::exception_ptr failure_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

} // namespace gradesvc::test
