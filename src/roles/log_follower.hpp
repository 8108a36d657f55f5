// Follows topics of the log on a thread of its own and hands every batch to a sink; knows how far it is behind and can be
// asked to catch up. Thread-safe.
#pragma once

#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/log.hpp"
#include "gradesvc/ports/read_model.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace gradesvc::roles {

class log_follower : public ports::follower {
public:
    /// Takes the records of one read and where the next one goes on. It gets them again, after a while, when it throws
    /// ports::read_model_unavailable; any other exception ends the follower through `failed`.
    using sink = std::function<void(std::span<const ports::record>, const ports::positions& next)>;

    struct setup {
        std::string name; ///< for the log: what is followed
        std::vector<std::string> topics;
        sink apply;
        std::function<void(std::string)> failed; ///< the follower cannot go on, and why
        std::function<bool()> awaited = {}; ///< whether somebody waits for the next records; else they may rest a bit
        ports::flow expected = ports::flow::stream;
    };

    /// `log` outlives it.
    log_follower(ports::log& log, setup how);
    ~log_follower() override;

    /// Starts reading at `from`; the topics exist. Until then nothing catches up.
    void start(ports::positions from = {});

    /// Ends the thread; who waits is told that it did not catch up.
    void stop();

    void catch_up(std::chrono::milliseconds limit, std::function<void(bool)> done) override;

    /// Whether everything that stood in the log at the start has been applied.
    bool replayed() const { return replayed_; }

    /// Share of that, 0–1.
    double progress() const { return progress_; }

private:
    using clock = std::chrono::steady_clock;
    struct request {
        clock::time_point deadline;
        std::function<void(bool)> done;
    };
    struct goal { // requests that wait for the same end of the log
        ports::positions end;
        std::vector<request> requests;
    };

    void run(const std::stop_token& stop, ports::positions from);
    void step(ports::reader& reader);
    bool apply(const ports::positions& next);
    void rest(std::chrono::milliseconds time);
    bool look_at_end(ports::reader& reader);
    void settle(const ports::positions& at);
    void expire();
    void report(const ports::positions& at);
    std::vector<request> take_requests();

    ports::log& log_;
    setup how_;
    std::atomic<bool> replayed_{false};
    std::atomic<double> progress_{0};

    std::mutex mutex_;                  // guards waiting_ and running_
    std::condition_variable disturbed_; // of mutex_: there are requests
    std::vector<request> waiting_;
    bool running_ = false;

    // of the following thread
    std::deque<goal> goals_;
    std::vector<ports::record> records_; // of the last read
    bool refused_ = false;               // they are not applied
    ports::positions first_, target_;    // of the replay
    clock::time_point next_report_{};
    std::jthread thread_;
};

} // namespace gradesvc::roles
