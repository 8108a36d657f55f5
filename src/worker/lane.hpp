// A scoring thread and its batch. The thread runs it job by job without a lock; meanwhile others, holding the worker's
// mutex, can collect what is finished and take away what is not begun, so that one long job holds up nothing. A job that
// takes too long is taken away too, and the thread with it left behind.
#pragma once

#include "gradesvc/worker/worker.hpp"
#include "worker/scheduler.hpp"

#include <atomic>
#include <thread>

namespace gradesvc::worker {

class lane {
public:
    lane(settle_function settle, std::unique_ptr<suspect_scorer> suspects)
        : settle_(std::move(settle)), suspects_(std::move(suspects)) {}

    // For the thread of the lane.

    void enter();  ///< first
    void retire(); ///< last: lets go of what it scores with

    /// The next job to run, null at the end of the batch.
    outcome* begin_job();
    std::uint64_t chain_of(const outcome& o) const { return chains_[static_cast<std::size_t>(&o - slots_.data())]; }
    void end_job() { done_.store(done_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    const settle_function& settle() const { return settle_; }
    suspect_scorer* suspects() const { return suspects_.get(); } ///< null: there is no other way to score

    void start_clock(steady::time_point now, bool apart);

    /// False: the job is not ours any more, nor is anything else here.
    bool stop_clock();

    // For untimed.

    static lane* current();
    void hold_clock();
    void go_on_with_clock();

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

    /// The job that has been running since before `limit`: from now on the thread keeps what it has to itself. Null: none.
    job* abandon(steady::time_point limit);

    /// Whether it has been waiting for a suspect since before `limit`.
    bool waits_apart(steady::time_point limit) const;

    /// Leaves the thread next to nothing while others want to run. Not less than that: it may hold a lock of the
    /// allocator that they need.
    void lower_priority() const;

    std::thread runner;
    bool relieved = false; ///< another one stands in: the thread ends after its batch

private:
    static constexpr steady::rep no_job = 0;
    static constexpr steady::rep taken_away = -1;

    settle_function settle_;
    std::unique_ptr<suspect_scorer> suspects_;
    std::vector<outcome> slots_;
    std::vector<std::uint64_t> chains_;
    std::atomic<std::size_t> claimed_{0};    // how many jobs are begun, or taken away
    std::atomic<std::size_t> done_{0};       // how many have ended; those before are published
    std::atomic<steady::rep> clock_{no_job}; // when the running job began, if its time is limited
    std::atomic<steady::rep> apart_{no_job}; // when the running suspect began
    std::atomic<int> thread_id_{0};
    std::size_t collected_ = 0;
    steady::time_point since_{};
};

} // namespace gradesvc::worker
