// A log in memory that can go away, fail and answer late, and a spool before it in a folder of its own.
#pragma once

#include "gradesvc/spool/publisher.hpp"
#include "gradesvc/telemetry/metrics.hpp"
#include "support/temp_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace gradesvc::spool::test {

using gradesvc::test::temp_folder;

/// What all publishers of a log share.
struct memory_log {
    std::mutex mutex; // guards the rest, but for what is atomic
    std::vector<ports::outgoing> records;
    std::function<std::optional<ports::log_errc>(const ports::outgoing&)> fate; ///< unset: appended
    std::atomic<bool> away = false;
    std::atomic<bool> held = false; ///< nothing is decided

    std::vector<std::string> values() {
        const std::lock_guard lock(mutex);
        std::vector<std::string> all;
        for (const auto& r : records) all.push_back(r.value);
        return all;
    }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return records.size();
    }
};

/// Decides on a thread of its own, in order; what is undecided at the end fails.
class memory_publisher final : public ports::publisher {
public:
    explicit memory_publisher(memory_log& log) : log_(log), thread_([this](const std::stop_token& s) { run(s); }) {}
    ~memory_publisher() override {
        thread_.request_stop();
        thread_.join();
        for (auto& [record, done] : waiting_) done({.error = ports::log_errc::outcome_unknown, .record = &record});
    }
    void publish(const ports::outgoing& record, ports::delivered done) override {
        const std::lock_guard lock(mutex_);
        waiting_.emplace_back(record, std::move(done));
    }
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return !log_.away; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::deque<std::pair<ports::outgoing, ports::delivered>> some;
            if (!log_.held) {
                const std::lock_guard lock(mutex_);
                some.swap(waiting_);
            }
            for (auto& [record, done] : some) decide(record, done);
            if (some.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    void decide(const ports::outgoing& record, const ports::delivered& done) {
        std::optional<ports::log_errc> error;
        std::int64_t offset = 0;
        {
            const std::lock_guard lock(log_.mutex);
            if (log_.fate) error = log_.fate(record);
            if (log_.away) error = ports::log_errc::unavailable;
            if (!error) log_.records.push_back(record);
            offset = static_cast<std::int64_t>(log_.records.size());
        }
        if (error)
            done({.error = *error, .record = &record});
        else
            done({{}, 0, offset});
    }

    memory_log& log_;
    std::mutex mutex_; // guards waiting_
    std::deque<std::pair<ports::outgoing, ports::delivered>> waiting_;
    std::jthread thread_;
};

inline ports::outgoing record_of(const std::string& key, const std::string& value, const std::string& id = "") {
    return {.topic = "t", .key = key, .value = value, .headers = {{"ce_subject", id.empty() ? value : id}, {"h", "1"}}};
}

template <class Condition>
bool eventually(Condition met, std::chrono::seconds patience = std::chrono::seconds(20)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!met()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// A spool that can be closed and opened again on the same file.
struct bench {
    temp_folder folder;
    memory_log log;
    telemetry::metrics metrics{"test"};
    config settings{.file = folder.path() / "spool.db"};
    std::unique_ptr<publisher> spool;

    explicit bench(bool away = true) {
        log.away = away;
        open();
    }
    void open(bool drain = true) {
        spool = make_publisher(
            settings, std::make_unique<memory_publisher>(log),
            [this] { return std::make_unique<memory_publisher>(log); }, metrics);
        if (drain) spool->start_draining();
    }
    /// Publishes and waits.
    ports::delivery operator()(const ports::outgoing& record) {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<ports::delivery> outcome;
        spool->publish(record, [&](const ports::delivery& d) {
            const std::lock_guard lock(mutex);
            outcome = d;
            changed.notify_one();
        });
        std::unique_lock lock(mutex);
        if (!changed.wait_for(lock, std::chrono::seconds(20), [&] { return outcome.has_value(); }))
            throw std::runtime_error("no outcome");
        return *outcome;
    }
    bool drained() {
        return eventually([this] { return spool->state().mode == mode::direct && spool->state().records == 0; });
    }
};

} // namespace gradesvc::spool::test
