// What the threads of a worker share. The poll loop (poll_loop.cpp) drives the consumer, the commit loop
// (commit_loop.cpp) writes one window after another, score loops (score_loop.cpp) settle jobs, the history loop
// (history_loop.cpp) reads what the log tells of earlier outcomes; `mutex` guards everything below it and is held per
// batch, never per record.
#pragma once

#include "gradesvc/worker/worker.hpp"
#include "worker/held_outcomes.hpp"
#include "worker/known_outcomes.hpp"
#include "worker/lane.hpp"
#include "worker/partition_table.hpp"
#include "worker/retry_policy.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>

namespace gradesvc::worker {

using lock_type = std::unique_lock<std::mutex>;

struct core : std::enable_shared_from_this<core> {
    core(std::unique_ptr<ports::consumer> c, collaborators w, options o);

    // Fixed. The consumer goes last, after all records that came from it.
    std::unique_ptr<ports::consumer> consumer;
    const collaborators with;
    const options how;

    mutable std::mutex mutex;
    std::condition_variable work;     // for scoring threads: something is ready, or the end
    std::condition_variable finished; // for the commit thread: something is finished, or partitions went, or the end
    std::condition_variable
        progress; // for the poll thread: a commit or a job ended, a position is recovered, a thread went
    std::condition_variable recall; // for the history thread: something to read, or the end

    scheduler jobs;
    partition_table table;
    std::vector<std::shared_ptr<lane>> lanes;                       // of the scoring threads
    std::vector<std::shared_ptr<lane>> retired;                     // whose threads end
    std::vector<std::pair<std::int32_t, std::uint64_t>> committing; // partitions and epochs of the window under way
    bool in_call = false;                                           // the log is committing them at this moment
    std::vector<outcome> swept;                                     // reused by sweep()
    std::optional<steady::time_point> commit_by;                    // when the first of what is finished is due
    steady::duration mean_job{};                                    // of late; 0 = not known
    std::size_t idle = 0;                                           // scoring threads that wait
    std::size_t alive = 0;                                          // scoring threads that have not ended
    bool losing = false;                                            // some partition is about to go
    bool draining = false;                                          // nothing new is begun
    bool stopping = false;                                          // scoring threads end after their job
    bool closing = false;                                           // the commit thread ends after a last window
    bool give_up = false;                                           // the commit thread does not try again
    std::optional<steady::time_point> drain_until;                  // set with `draining`
    std::exception_ptr failure;

    // Submissions that come again (judging.cpp).
    known_outcomes known;
    held_outcomes held;                                            // not judged yet; their jobs are out
    std::vector<std::pair<std::int32_t, std::uint64_t>> to_recall; // partitions gained and their turns
    std::map<std::int32_t, std::int64_t> to_recover;    // partitions without position: their earliest offsets
    std::map<std::int32_t, finished_offsets> recovered; // what became of those
    bool history_over = false;                          // the history thread ends

    // Without the mutex.
    std::atomic<bool> ready{false};
    std::atomic<int> stuck{0};       // scoring threads that did not end in time
    std::atomic<int> left_behind{0}; // others, in jobs that were taken away from them

    // Poll loop.
    void poll(const std::stop_token& stop);

    // Commit loop.
    void commit();

    // History loop.
    void remember();
    bool remembers() const { return with.log != nullptr; }

    // Score loop.
    void score(lane& own);

    // Under the mutex.
    void apply(std::vector<outcome>& outcomes);
    void to_commit(outcome done); ///< for the next window
    void notice_finished();       ///< wakes whom finished outcomes concern

    /// Judges a finished outcome: it goes into the next window, without output if its submission had an outcome before,
    /// or it waits here until that is known.
    void conclude(outcome done);
    void adopt(outcome done); ///< the same for one that was finished before its partition came back
    void judge_again(std::int32_t partition);

    /// The jobs of outcomes that wait go back to the queue: they are scored once more, here or elsewhere.
    void release_held(std::int32_t partition);
    void begin_knowing(std::int32_t partition);

    /// Starts a scoring thread.
    void start_lane();

    /// Looks after scoring threads that do not come back (watch.cpp). For the poll thread.
    void watch();
    void leave_behind(std::size_t index, job& late);
    void retire(lane& own);

    /// Collects what is finished in batches begun before `before`, and takes away what is not begun there.
    void sweep(steady::time_point before);
    void wake_scorers();

    /// Whether the last window with the partition is due to carry the clean mark: it goes, and nothing of it is out.
    bool lets_go(std::int32_t partition) const;
    bool mark_due(std::int32_t partition) const;
    bool anything_to_commit() const;
    bool scoring_now() const { return jobs.out() > held.size() || (jobs.waiting() > 0 && !draining); }

    /// Whether anything of the partition is on its way to a commit: finished, in a window, or (with_running) out.
    bool busy(std::int32_t partition, bool with_running) const;

    /// Whether the log is committing a window with that partition at this moment.
    bool being_committed(std::int32_t partition) const;
};

/// Batches that last longer than this are swept.
inline constexpr std::chrono::milliseconds sweep_after{5};

} // namespace gradesvc::worker
