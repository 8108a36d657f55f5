#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"

#include <algorithm>

namespace gradesvc::worker {
namespace {

/// The commit thread at work.
class committer {
public:
    explicit committer(core& shared)
        : shared_(shared),
          delays_(shared.how.commit_retry_delay, shared.how.max_commit_retry_delay, shared.with.clock.random()[0]) {}

    void run() {
        while (auto next = gather()) {
            faults::point("worker.gathered");
            if (write(*next))
                next->count(shared_.with.metrics, shared_.with.clock.now());
            else if (!next->empty())
                return; // given up: the positions of a later window would pass over what this one has not written
        }
    }

private:
    /// The next window, as soon as anything is finished; nullopt at the end.
    std::optional<window> gather() {
        std::vector<share> shares;
        {
            lock_type lock(shared_.mutex);
            while (!shared_.anything_to_commit()) {
                if (shared_.closing) return std::nullopt;
                wait_for_results(lock);
            }
            linger(lock);
            shares = shared_.table.take_finished([this](std::int32_t p) { return shared_.lets_go(p); });
            shared_.commit_by.reset();
            for (const share& s : shares) shared_.committing.emplace_back(s.partition, s.epoch);
        }
        return window(std::move(shares));
    }

    void wait_for_results(lock_type& lock) {
        const bool held_up = std::ranges::any_of(shared_.lanes, [](const auto& l) { return l->holds_up(); });
        if (!held_up) {
            shared_.finished.wait(lock);
            return;
        }
        shared_.finished.wait_for(lock, sweep_after);
        shared_.sweep(steady::now() - sweep_after);
    }

    /// While more is being scored, a window is worth a moment's waiting: a commit costs the same with one record or a
    /// thousand. How long, is up to the result that is due first: one of a fresh submission hardly waits, those of a long
    /// backlog have waited so much longer.
    void linger(lock_type& lock) {
        auto enough = [&] {
            return !shared_.commit_by || steady::now() >= *shared_.commit_by || !shared_.scoring_now() ||
                   shared_.losing || shared_.draining || shared_.closing || shared_.table.any_opening() ||
                   shared_.table.room_waits_for_commit();
        };
        while (!enough()) shared_.finished.wait_until(lock, *shared_.commit_by);
    }

    /// Tries until the window is committed. False: it is not, and not ours any more.
    bool write(window& w) {
        for (int failures = 0; begin_call(w);) {
            const auto begin = steady::now();
            const ports::commit_result result = call(w);
            if (!result.error) {
                faults::point("worker.committed");
                shared_.with.metrics.commit_duration(steady::now() - begin);
                if (failures > 0) telemetry::log(telemetry::level::info, "commits go on", {{"count", failures}});
                end(w, true);
                return true;
            }
            end_call();
            if (result.error == ports::log_errc::too_large) {
                w.replace(result.rejected, shared_.with);
                continue;
            }
            shared_.with.metrics.commit_failure();
            if (++failures == 1)
                telemetry::log(
                    telemetry::level::warn, "a commit has failed and is tried again",
                    {{"topic", shared_.how.topic}, {"errc", result.error.message()}, {"count", w.outputs().size()}});
            if (!wait_to_retry(w, delays_.after(failures))) break;
        }
        end(w, false);
        return false;
    }

    /// Leaves out what was lost; from here to end_call the poll thread goes no further when it loses what is in the
    /// window. So the log never judges a window by an assignment that is newer than the window. False: nothing left.
    bool begin_call(window& w) {
        const lock_type lock(shared_.mutex);
        w.drop_shares([&](const share& s) { return !shared_.table.holds(s); });
        shared_.in_call = !w.empty();
        return shared_.in_call;
    }

    void end_call() {
        const lock_type lock(shared_.mutex);
        shared_.in_call = false;
        shared_.progress.notify_one();
    }

    ports::commit_result call(const window& w) {
        try {
            return shared_.consumer->commit(w.outputs(), w.checkpoints());
        } catch (const ports::log_unavailable&) {
            return {ports::log_errc::unavailable, 0};
        }
    }

    /// A fenced window is kept like any other: the poll thread reports the partitions that are lost, and what is still
    /// held can be committed. False: give up.
    bool wait_to_retry(const window& w, std::chrono::microseconds delay) {
        lock_type lock(shared_.mutex);
        auto gone = [&](const share& s) { return !shared_.table.holds(s); };
        auto changed = [&] { return shared_.give_up || std::ranges::any_of(w.shares(), gone); };
        shared_.finished.wait_until(lock, steady::now() + delay, changed);
        return !shared_.give_up;
    }

    void end(const window& w, bool committed) {
        const lock_type lock(shared_.mutex);
        if (committed) {
            for (const share& s : w.shares()) {
                if (shared_.table.committed(s)) shared_.jobs.open(s.partition);
                shared_.known.committed(s.partition, s.ids, shared_.with.clock.now());
            }
            shared_.wake_scorers();
        }
        shared_.committing.clear();
        shared_.in_call = false;
        shared_.progress.notify_one();
    }

    core& shared_;
    backoff delays_;
};

} // namespace

void core::commit() {
    try {
        committer(*this).run();
    } catch (...) // rethrown by the thread that runs the worker
    {
        const lock_type lock(mutex);
        failure = std::current_exception();
        committing.clear();
        in_call = false;
        progress.notify_one();
    }
}

} // namespace gradesvc::worker
