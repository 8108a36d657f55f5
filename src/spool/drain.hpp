// Publishes what is kept, in order, on a thread of its own, whenever the log answers; and keeps the metrics up. Thread-safe.
#pragma once

#include "gradesvc/telemetry/metrics.hpp"
#include "spool/gate.hpp"
#include "spool/rows.hpp"

namespace gradesvc::spool {

class drain {
public:
    using make_log = std::function<std::unique_ptr<ports::publisher>()>;

    /// Its references outlive it. `log` is asked only whether it answers. Throws ports::log_error.
    drain(const config& settings, gate& way, writer& kept, const ports::publisher& log, make_log drain_to,
          telemetry::metrics& metrics);
    ~drain(); ///< what is not acknowledged by then stays

    bool running() const { return running_.load(std::memory_order_relaxed); }

private:
    using steady = std::chrono::steady_clock;

    /// What has been published and what became of it.
    struct window {
        std::mutex mutex; ///< guards the rest
        std::condition_variable changed;
        std::size_t open = 0, open_bytes = 0;
        bool failed = false;
        std::vector<std::int64_t> acknowledged, refused;
        steady::time_point last_answer{};
    };

    void run(const std::stop_token& stop);
    bool empty_spool(const std::stop_token& stop, ports::publisher& to);
    void publish(ports::publisher& to, const numbered& row);
    void decided(std::int64_t seq, std::size_t size, const ports::delivery& outcome);
    void collect();
    void at_tail();
    bool has_room();
    void rest(std::chrono::milliseconds time, bool until_room);
    void measure();
    void report(bool ended);

    const config config_;
    gate& gate_;
    writer& kept_;
    const ports::publisher& log_;
    make_log drain_to_;
    telemetry::metrics& metrics_;
    rows rows_;
    window window_;
    std::atomic<bool> running_ = false;

    // of the draining thread
    std::uint64_t drained_ = 0;
    steady::time_point began_{}, next_report_{}, next_measure_{};
    std::optional<steady::time_point> handing_over_;

    std::jthread thread_; ///< last: it uses all of the above
};

} // namespace gradesvc::spool
