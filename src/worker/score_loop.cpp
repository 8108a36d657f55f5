#include "gradesvc/faults/fault.hpp"
#include "worker/batch_runner.hpp"

#include <algorithm>

namespace gradesvc::worker {
namespace {

constexpr std::chrono::microseconds batch_time{750}; // what a batch should be worth
constexpr std::size_t max_batch = 128;

/// How many jobs a thread takes at once: cheap ones by the dozen, and never more than its part of what is waiting.
std::size_t batch_size(const core& shared) {
    if (shared.mean_job == steady::duration::zero()) return 1;
    const auto worth = static_cast<std::size_t>(batch_time / std::max(shared.mean_job, steady::duration(1)));
    const std::size_t part = shared.jobs.waiting() / shared.lanes.size();
    return std::clamp<std::size_t>(std::min(worth, part), 1, max_batch);
}

/// Waits for something to do, or until `rest_at`: then the batch is empty. False: the end.
bool fill(core& shared, lane& own, std::vector<taken>& batch, std::optional<steady::time_point> rest_at,
          lock_type& lock) {
    while (!shared.stopping && !own.relieved) {
        const auto now = steady::now();
        shared.sweep(now - sweep_after);
        shared.jobs.take(batch_size(shared), now, batch);
        if (!batch.empty() || (rest_at && now >= *rest_at)) {
            own.load(batch, now);
            shared.wake_scorers();
            return true;
        }
        ++shared.idle;
        const bool held_up = std::ranges::any_of(shared.lanes, [](const auto& l) { return l->holds_up(); });
        auto until = shared.jobs.next_retry();
        if (held_up) until = std::min(until.value_or(steady::time_point::max()), now + sweep_after);
        if (rest_at) until = std::min(until.value_or(steady::time_point::max()), *rest_at);
        if (until)
            shared.work.wait_until(lock, *until);
        else
            shared.work.wait(lock);
        --shared.idle;
    }
    return false;
}

} // namespace

void core::score(lane& own) {
    own.enter();
    batch_runner runner(*this, own);
    std::vector<taken> batch;
    std::vector<outcome> over;
    lock_type lock(mutex);
    while (fill(*this, own, batch, runner.rest_at(), lock)) {
        lock.unlock();
        if (runner.rest_at() && steady::now() >= *runner.rest_at()) runner.rest();
        const auto each = runner.run();
        if (!each) { // what came of the job does not count any more
            with.metrics.threads_left(--left_behind);
            return;
        }
        faults::point("worker.scored");
        lock.lock();
        if (*each != steady::duration::zero())
            mean_job = mean_job == steady::duration::zero() ? *each : (mean_job * 3 + *each) / 4;
        own.collect(over);
        own.reclaim(over);
        apply(over);
    }
    lock.unlock();
    own.retire();
    lock.lock();
    --alive;
    if (own.relieved) retire(own);
    progress.notify_one();
}

} // namespace gradesvc::worker
