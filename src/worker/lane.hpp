// The batch of a scoring thread. The thread runs it job by job without a lock; meanwhile others, holding the worker's
// mutex, can collect what is finished and take away what is not begun, so that one long job holds up nothing.
#pragma once

#include "worker/scheduler.hpp"

#include <atomic>

namespace gradesvc::worker {

class lane {
public:
    // For the thread of the lane.

    /// The next job to run, null at the end of the batch.
    outcome* begin_job();
    std::uint64_t chain_of(const outcome& o) const { return chains_[static_cast<std::size_t>(&o - slots_.data())]; }
    void end_job() { done_.store(done_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    // For holders of the worker's mutex.

    /// A new batch; the old one is over and collected.
    void load(std::vector<taken>& batch, steady::time_point now);

    /// Moves finished outcomes to `to`.
    void collect(std::vector<outcome>& to);

    /// Moves jobs that are not begun to `to`.
    void reclaim(std::vector<outcome>& to);

    /// Something to collect or to reclaim while a job is running.
    bool holds_up() const;
    steady::time_point since() const { return since_; }

private:
    std::vector<outcome> slots_;
    std::vector<std::uint64_t> chains_;
    std::atomic<std::size_t> claimed_{0}; // how many jobs are begun, or taken away
    std::atomic<std::size_t> done_{0};    // how many have ended; those before are published
    std::size_t collected_ = 0;
    steady::time_point since_{};
};

} // namespace gradesvc::worker
