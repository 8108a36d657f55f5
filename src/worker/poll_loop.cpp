#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"
#include "worker/postponed.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::worker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds idle_poll{100};  // the longest wait for news, and the longest time between two polls
constexpr milliseconds paused_poll{10}; // while partitions wait for room
constexpr milliseconds patience{50};    // for room, or for jobs about to finish, before polling again
constexpr milliseconds metrics_every{1000};
constexpr std::size_t chunk = 256;                   // records that are queued under one hold of the mutex
constexpr std::size_t postponed_bytes = 1024 * 1024; // of a partition whose position is being recovered

std::size_t bytes_of(const ports::record& r) {
    std::size_t bytes = r.value.size() + (r.key ? r.key->size() : 0);
    for (const auto& h : r.headers) bytes += h.name.size() + h.value.size();
    return bytes;
}

/// The poll thread at work: the only one that drives the consumer, but for commits.
class poller {
public:
    poller(core& shared, const std::stop_token& stop) : shared_(shared), stop_(stop) {}

    void run() {
        started_ = steady::now();
        while (!over()) {
            if (stop_.stop_requested()) begin_drain();
            handle(shared_.consumer->poll(wait()));
            tell();
        }
    }

private:
    /// Prepares for the next poll; returns how long it may wait.
    milliseconds wait() {
        gain_recovered();
        lock_type lock(shared_.mutex);
        shared_.watch();
        if (shared_.losing || shared_.draining) {
            auto done = [&] { return shared_.losing ? may_release() : drained(); };
            if (!done()) shared_.progress.wait_for(lock, patience, [&] { return shared_.failure || done(); });
            if (shared_.losing && may_release()) release(lock);
            return milliseconds(0);
        }
        shared_.sweep(steady::now() - sweep_after);
        return make_room(lock) || !postponed_.empty() ? paused_poll : idle_poll;
    }

    // Back-pressure.

    /// Waits a moment while some partition holds too much, then pauses it. Whether any is paused.
    bool make_room(lock_type& lock) {
        set_paused(lock, shared_.table.may_resume(), false);
        auto enough = [&] { return shared_.failure || shared_.table.greedy().empty(); };
        if (shared_.table.room_waits_for_commit()) shared_.finished.notify_one();
        if (!enough() && !shared_.progress.wait_for(lock, patience, enough))
            set_paused(lock, shared_.table.greedy(), true);
        set_paused(lock, shared_.table.far_ahead(), true);
        return std::ranges::any_of(shared_.table.all(), [](const auto& entry) { return entry.second.paused; });
    }

    /// Only this thread adds and removes partitions, so the table stays as it is while the mutex is released.
    void set_paused(lock_type& lock, const std::vector<std::int32_t>& partitions, bool paused) {
        if (partitions.empty()) return;
        for (const std::int32_t p : partitions) shared_.table.set_paused(p, paused);
        lock.unlock();
        for (const std::int32_t p : partitions) {
            if (paused)
                shared_.consumer->pause(p);
            else
                shared_.consumer->resume(p);
        }
        lock.lock();
    }

    // What a poll brought.

    void handle(ports::polled news) {
        const bool rebalanced = !news.lost.empty() || !news.gained.empty();
        postponed_.forget(news.lost);
        postponed_.forget(news.losing);
        if (!news.lost.empty()) lose(news.lost);
        if (!news.losing.empty()) begin_losing(news.losing);
        for (const ports::assignment& a : news.gained)
            if (!postpone(a)) gain(a);
        if (!news.gained.empty()) tell_suspects(news.gained);
        if (rebalanced) report(news);
        if (!news.gained.empty()) faults::point("worker.gained");
        if (!news.losing.empty()) faults::point("worker.losing");
        postponed_.keep(news.records);
        for (const std::int32_t p : postponed_.full(chunk, postponed_bytes)) shared_.consumer->pause(p);
        if (news.records.empty()) return;
        faults::point("worker.polled");
        learn_ends(news.records);
        deliver(std::move(news.records));
    }

    // Lost positions.

    bool postpone(const ports::assignment& a) {
        if (a.committed || shared_.draining || !shared_.remembers()) return false;
        postponed_.add(a);
        const lock_type lock(shared_.mutex);
        shared_.jobs.drop(a.partition, scheduler::orphans::discard);
        shared_.to_recover[a.partition] = a.position;
        shared_.recall.notify_one();
        return true;
    }

    void gain_recovered() {
        if (postponed_.empty()) return;
        std::map<std::int32_t, finished_offsets> recovered;
        {
            const lock_type lock(shared_.mutex);
            recovered.swap(shared_.recovered);
        }
        for (const auto& [partition, offsets] : recovered) {
            auto waiting = postponed_.take(partition);
            if (!waiting) continue;
            gain({partition, offsets.position(), false, offsets.note()});
            if (shared_.draining) continue;
            if (offsets.position() > waiting->begin)
                telemetry::log(
                    telemetry::level::warn, "the group has no position: recovered from the outcomes",
                    {{"topic", shared_.how.topic}, {"partition", partition}, {"offset", offsets.position()}});
            {
                const lock_type lock(shared_.mutex);
                shared_.table.find(partition)->offsets.expect(waiting->begin);
            }
            deliver(std::move(waiting->records));
            if (waiting->paused) shared_.consumer->resume(partition);
        }
    }

    /// The log was cut off, or the topic made anew, and other records stand where those were that are accounted for. Their
    /// ids tell which of them have their outcome. The mutex is held.
    void start_over(const ports::record& r) {
        telemetry::log(telemetry::level::warn, "the log has gone back: records are judged by their ids",
                       {{"topic", shared_.how.topic}, {"partition", r.partition}, {"offset", r.offset}});
        hold({r.partition, r.offset, false, {}}, scheduler::orphans::discard);
    }

    /// A commit under way that includes lost partitions is waited for: the log must refuse it before this consumer can
    /// be given the same partitions again.
    void lose(const std::vector<std::int32_t>& partitions) {
        lock_type lock(shared_.mutex);
        stand_still();
        const bool wait = any_being_committed(partitions);
        for (const std::int32_t p : partitions) {
            shared_.release_held(p);
            shared_.known.drop(p);
            shared_.jobs.drop(p, scheduler::orphans::discard);
            shared_.table.drop(p);
        }
        if (shared_.losing) forget_losing(partitions);
        shared_.finished.notify_one();
        if (wait) shared_.progress.wait(lock, [&] { return !shared_.in_call; });
    }

    bool any_being_committed(const std::vector<std::int32_t>& partitions) const {
        return std::ranges::any_of(partitions, [&](std::int32_t p) { return shared_.being_committed(p); });
    }

    void begin_losing(const std::vector<std::int32_t>& partitions) {
        const lock_type lock(shared_.mutex);
        for (const std::int32_t p : partitions) {
            losing_.push_back(p);
            shared_.jobs.close(p);
            shared_.release_held(p);
            if (held_partition* held = shared_.table.find(p)) held->losing = true;
        }
        shared_.losing = true;
        stand_still();
        revoked_ = steady::now();
        shared_.sweep(revoked_);
        shared_.finished.notify_one();
    }

    void forget_losing(const std::vector<std::int32_t>& partitions) {
        std::erase_if(losing_, [&](std::int32_t p) { return std::ranges::find(partitions, p) != partitions.end(); });
        shared_.losing = !losing_.empty();
    }

    /// What was about to finish has had its time: jobs that are still out run on as orphans. Commits that fail get the
    /// same time again; one under way is waited for.
    bool may_release() const {
        const auto waited = steady::now() - revoked_;
        if (waited >= 2 * shared_.how.revoke_grace) return !any_being_committed(losing_);
        const bool with_running = waited < shared_.how.revoke_grace;
        return std::ranges::none_of(losing_, [&](std::int32_t p) { return shared_.busy(p, with_running); });
    }

    void release(lock_type& lock) {
        faults::point("worker.release");
        for (const std::int32_t p : losing_) {
            shared_.known.drop(p);
            shared_.jobs.drop(p, scheduler::orphans::adopt);
            shared_.table.drop(p);
        }
        telemetry::log(telemetry::level::info, "partitions released",
                       {{"topic", shared_.how.topic},
                        {"count", losing_.size()},
                        {"ms", std::chrono::duration_cast<milliseconds>(steady::now() - revoked_).count()}});
        losing_.clear();
        shared_.losing = false;
        shared_.finished.notify_one();
        lock.unlock();
        shared_.consumer->release();
        faults::point("worker.released");
        lock.lock();
    }

    void gain(const ports::assignment& a) {
        if (shared_.draining) {
            shared_.consumer->pause(a.partition); // never held: whoever comes next takes it over unchanged
            return;
        }
        const lock_type lock(shared_.mutex);
        hold(a, scheduler::orphans::adopt);
        joined_ = true;
    }

    /// The mutex is held.
    void hold(const ports::assignment& a, scheduler::orphans what) {
        shared_.release_held(a.partition);
        shared_.begin_knowing(a.partition);
        shared_.jobs.drop(a.partition, what);
        shared_.jobs.forget_orphans(a.partition, a.position);
        if (!shared_.table.gain(a))
            telemetry::log(telemetry::level::warn,
                           "note of a committed position is of no use: what it covers is scored again",
                           {{"topic", shared_.how.topic}, {"partition", a.partition}, {"offset", a.position}});
        if (shared_.table.find(a.partition)->opening) {
            shared_.jobs.hold(a.partition);
            shared_.finished.notify_one();
        }
    }

    void tell_suspects(const std::vector<ports::assignment>& gained) {
        const lock_type lock(shared_.mutex);
        const auto unclean = std::ranges::count_if(gained, [this](const ports::assignment& a) {
            const held_partition* p = shared_.table.find(a.partition);
            return p != nullptr && !p->end_known;
        });
        if (unclean > 0)
            telemetry::log(telemetry::level::warn,
                           "partitions were left without a clean end: suspects are scored apart",
                           {{"topic", shared_.how.topic}, {"count", unclean}});
    }

    /// What was there when a partition was gained is known with the first records of it.
    void learn_ends(const std::vector<ports::record>& records) {
        std::vector<std::int32_t> unknown;
        {
            const lock_type lock(shared_.mutex);
            for (const auto& [id, p] : shared_.table.all())
                if (!p.end_known) unknown.push_back(id);
        }
        for (const std::int32_t id : unknown) {
            if (std::ranges::none_of(records, [&](const ports::record& r) { return r.partition == id; })) continue;
            const std::int64_t end = shared_.consumer->end(id);
            const lock_type lock(shared_.mutex);
            shared_.table.end_known(id, end);
        }
    }

    /// Since partitions are about to go, or went.
    void stand_still() {
        if (!still_since_) still_since_ = steady::now();
    }

    void report(const ports::polled& news) {
        shared_.with.metrics.rebalance();
        const auto still = steady::now() - still_since_.value_or(steady::now());
        if (!news.gained.empty() && std::exchange(still_since_, std::nullopt)) shared_.with.metrics.standstill(still);
        const lock_type lock(shared_.mutex);
        telemetry::log(telemetry::level::info, "rebalance",
                       {{"topic", shared_.how.topic},
                        {"gained", news.gained.size()},
                        {"lost", news.lost.size()},
                        {"count", shared_.table.all().size()},
                        {"ms", std::chrono::duration_cast<milliseconds>(still).count()}});
    }

    void deliver(std::vector<ports::record> records) {
        std::array<job_ptr, chunk> made;
        for (std::size_t from = 0; from < records.size() && !shared_.draining; from += chunk) {
            const std::size_t n = std::min(chunk, records.size() - from);
            for (std::size_t i = 0; i < n; ++i) {
                made[i] = std::make_unique<job>();
                made[i]->bytes = bytes_of(records[from + i]);
                made[i]->record = std::move(records[from + i]);
            }
            const lock_type lock(shared_.mutex);
            for (std::size_t i = 0; i < n; ++i) {
                if (shared_.table.went_back(made[i]->record)) start_over(made[i]->record);
                if (!shared_.table.deliver(made[i]->record, made[i]->bytes)) continue;
                shared_.table.recall(*made[i]);
                if (auto adopted = shared_.jobs.add(std::move(made[i]))) shared_.adopt(std::move(*adopted));
            }
            shared_.wake_scorers();
            if (shared_.table.anything_finished()) shared_.finished.notify_one();
        }
        faults::point("worker.delivered");
    }

    // The end.

    void begin_drain() {
        const lock_type lock(shared_.mutex);
        if (std::exchange(shared_.draining, true)) return;
        shared_.ready = false;
        shared_.drain_until = steady::now() + shared_.how.drain_timeout;
        for (auto& [id, p] : shared_.table.all()) {
            shared_.jobs.close(id);
            shared_.release_held(id);
        }
        shared_.history_over = true;
        shared_.recall.notify_one();
        shared_.sweep(steady::now());
        shared_.finished.notify_one();
    }

    /// Nothing is being scored (or it takes too long), and all that is finished is committed (or cannot be in time).
    bool drained() const {
        const bool committed = !shared_.anything_to_commit() && shared_.committing.empty();
        const auto over_time = steady::now() - *shared_.drain_until;
        if (over_time < steady::duration::zero()) return committed && shared_.jobs.out() == 0;
        return committed || (over_time >= shared_.how.revoke_grace && !shared_.in_call);
    }

    bool over() const {
        const lock_type lock(shared_.mutex);
        return shared_.failure || (shared_.draining && !shared_.losing && drained());
    }

    void tell() {
        const auto now = steady::now();
        if (!shared_.draining) shared_.ready = joined_ || now - started_ >= shared_.how.join_patience;
        if (now - told_ < metrics_every) return;
        told_ = now;
        const lock_type lock(shared_.mutex);
        const auto oldest = shared_.table.oldest();
        const auto age = oldest ? shared_.with.clock.now() - *oldest : milliseconds(0);
        shared_.with.metrics.oldest_unscored(std::max(age, milliseconds(0)));
        shared_.with.metrics.partitions(static_cast<double>(shared_.table.all().size()));
        shared_.with.metrics.in_flight(static_cast<double>(shared_.table.records()));
    }

    core& shared_;
    const std::stop_token& stop_;
    std::vector<std::int32_t> losing_;
    postponed_partitions postponed_;
    steady::time_point revoked_{};
    std::optional<steady::time_point> still_since_; // without partitions, at a rebalance
    steady::time_point started_{};
    steady::time_point told_{};
    bool joined_ = false;
};

} // namespace

void core::poll(const std::stop_token& stop) { poller(*this, stop).run(); }

} // namespace gradesvc::worker
