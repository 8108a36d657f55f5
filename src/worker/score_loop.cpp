#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "worker/bench_job.hpp"
#include "worker/core.hpp"

#include <algorithm>

namespace gradesvc::worker {
namespace {

constexpr std::chrono::microseconds batch_time{750}; // what a batch should be worth
constexpr std::chrono::milliseconds batch_limit{2};  // after this the rest of a batch goes back
constexpr std::size_t max_batch = 128;

/// How many jobs a thread takes at once: cheap ones by the dozen, and never more than its part of what is waiting.
std::size_t batch_size(const core& shared) {
    if (shared.mean_job == steady::duration::zero()) return 1;
    const auto worth = static_cast<std::size_t>(batch_time / std::max(shared.mean_job, steady::duration(1)));
    const std::size_t part = shared.jobs.waiting() / shared.lanes.size();
    return std::clamp<std::size_t>(std::min(worth, part), 1, max_batch);
}

void log_failure(const job& work, std::string_view event, std::string_view detail) {
    telemetry::log(telemetry::level::warn, event,
                   {{"topic", work.record.topic},
                    {"partition", work.record.partition},
                    {"offset", work.record.offset},
                    {"count", work.attempts + work.waits},
                    {"errc", detail}});
}

/// The part of a score loop that runs without the mutex.
class batch_runner {
public:
    batch_runner(core& shared, lane& own, const settle_function& settle)
        : shared_(shared),
          lane_(own),
          settle_(settle),
          policy_(shared.how.attempts,
                  backoff(shared.how.retry_delay, shared.how.max_retry_delay, shared.with.clock.random()[0])) {}

    /// Runs jobs of the lane's batch until it is over or lasts too long. Returns how long a job took on average.
    steady::duration run() {
        failed_.clear();
        const auto begin = steady::now();
        auto before = begin;
        int count = 0;
        while (before - begin < batch_limit) {
            outcome* next = lane_.begin_job();
            if (next == nullptr) break;
            run_one(*next);
            lane_.end_job();
            const auto after = steady::now();
            shared_.with.metrics.score_duration(after - before);
            before = after;
            ++count;
        }
        return count == 0 ? steady::duration::zero() : (before - begin) / count;
    }

private:
    void run_one(outcome& o) {
        const std::uint64_t chain = lane_.chain_of(o);
        if (std::ranges::find(failed_, chain) != failed_.end()) return; // not_run: an earlier one of the user failed
        attempt(o);
        if (o.what == verdict::retry) failed_.push_back(chain);
    }

    void attempt(outcome& o) {
        job& work = *o.source;
        try {
            burn_bench_job();
            o.result = settle_(work.record);
            o.what = verdict::finished;
            return;
        } catch (const ports::log_unavailable& e) {
            again(o, policy_.log_away(work));
            log_failure(work, "scoring waits for the log", e.what());
        } catch (const std::exception& e) {
            log_failure(work, "scoring failed", e.what());
            const auto delay = policy_.failed(work);
            if (delay)
                again(o, *delay);
            else
                bury(o, e.what());
        }
    }

    void again(outcome& o, steady::duration delay) {
        o.what = verdict::retry;
        o.delay = delay;
        shared_.with.metrics.retry();
    }

    void bury(outcome& o, std::string_view detail) {
        try {
            o.result = shared_.with.failed(o.source->record, "internal", detail, o.source->attempts);
            o.what = verdict::finished;
        } catch (const std::exception& e) {
            log_failure(*o.source, "no dead letter could be made", e.what());
            again(o, policy_.hopeless());
        }
    }

    core& shared_;
    lane& lane_;
    const settle_function& settle_;
    retry_policy policy_;
    std::vector<std::uint64_t> failed_; // chains of the batch that wait for a retry
};

/// Waits for something to do. False: the end.
bool fill(core& shared, lane& own, std::vector<taken>& batch, lock_type& lock) {
    while (!shared.stopping) {
        const auto now = steady::now();
        shared.sweep(now - sweep_after);
        shared.jobs.take(batch_size(shared), now, batch);
        if (!batch.empty()) {
            own.load(batch, now);
            shared.wake_scorers();
            return true;
        }
        ++shared.idle;
        const bool held_up = std::ranges::any_of(shared.lanes, [](const auto& l) { return l->holds_up(); });
        auto until = shared.jobs.next_retry();
        if (held_up) until = std::min(until.value_or(steady::time_point::max()), now + sweep_after);
        if (until)
            shared.work.wait_until(lock, *until);
        else
            shared.work.wait(lock);
        --shared.idle;
    }
    return false;
}

} // namespace

void core::score(lane& own, const settle_function& settle) {
    batch_runner runner(*this, own, settle);
    std::vector<taken> batch;
    std::vector<outcome> over;
    lock_type lock(mutex);
    while (fill(*this, own, batch, lock)) {
        lock.unlock();
        const steady::duration each = runner.run();
        faults::point("worker.scored");
        lock.lock();
        if (each != steady::duration::zero())
            mean_job = mean_job == steady::duration::zero() ? each : (mean_job * 3 + each) / 4;
        own.collect(over);
        own.reclaim(over);
        apply(over);
    }
    --alive;
    progress.notify_one();
}

} // namespace gradesvc::worker
