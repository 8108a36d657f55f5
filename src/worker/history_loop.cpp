#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"
#include "worker/outcome_log.hpp"
#include "worker/recovery.hpp"

#include <algorithm>
#include <list>

namespace gradesvc::worker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds newest{2 *
                              clock_difference}; // the first chunk that is read; each further one is four times as long
constexpr milliseconds upkeep_every{10'000};
constexpr milliseconds try_again{200};

/// Partitions gained together whose outcomes are read, the newest first.
struct warm_up {
    std::map<std::int32_t, std::uint64_t> turns; ///< of the partitions that are not done
    ports::time_ms begun{};
    ports::positions end;       ///< of the log when it was begun
    ports::positions read_from; ///< all from there to the end is read
    milliseconds back{};        ///< and how long before `begun` that is
    steady::time_point started = steady::now();
};

/// What is known of a partition: all outcomes from `since` on that stand before `end`.
struct known_range {
    ports::positions end;
    ports::time_ms since{};
};

/// The history thread at work.
class historian {
public:
    explicit historian(core& shared)
        : shared_(shared), log_(*shared.with.log, shared.with.names, [this] { return stopped(); }) {}

    void run() {
        while (wait_for_work()) try {
                if (!lost_.empty())
                    recover_positions();
                else if (!warming_.empty())
                    read_more(*std::ranges::min_element(warming_, {}, &warm_up::back));
                else
                    upkeep();
                std::erase_if(warming_, [](const warm_up& w) { return w.turns.empty(); });
            } catch (const ports::log_unavailable& e) {
                telemetry::log(telemetry::level::debug, "outcomes cannot be read at the moment", {{"errc", e.what()}});
                lock_type lock(shared_.mutex);
                shared_.recall.wait_for(lock, try_again, [this] { return shared_.history_over; });
            }
    }

private:
    bool stopped() const {
        const lock_type lock(shared_.mutex);
        return shared_.history_over;
    }

    /// False: the end.
    bool wait_for_work() {
        lock_type lock(shared_.mutex);
        if (lost_.empty() && warming_.empty())
            shared_.recall.wait_until(lock, next_upkeep_, [this] {
                return shared_.history_over || !shared_.to_recover.empty() || !shared_.to_recall.empty();
            });
        lost_.merge(shared_.to_recover);
        shared_.to_recover.clear();
        if (!shared_.to_recall.empty()) {
            warming_.emplace_back();
            for (const auto& [partition, turn] : shared_.to_recall) warming_.back().turns[partition] = turn;
            shared_.to_recall.clear();
        }
        return !shared_.history_over;
    }

    void recover_positions() {
        const auto found = recover(log_, lost_);
        const lock_type lock(shared_.mutex);
        for (const auto& [partition, offsets] : found) shared_.recovered.insert_or_assign(partition, offsets);
        lost_.clear();
        shared_.progress.notify_one();
    }

    void read_more(warm_up& w) {
        drop_lost(w);
        if (w.turns.empty()) return;
        if (w.back == milliseconds(0)) {
            w.begun = shared_.with.clock.now();
            w.end = w.read_from = log_.written_end();
        }
        const auto back = std::min(w.back == milliseconds(0) ? newest : 4 * w.back, shared_.known.window());
        auto from = log_.at(w.begun - back);
        for (auto& [place, offset] : from) offset = std::min(offset, w.read_from.at(place));
        std::set<std::int32_t> partitions;
        for (const auto& [partition, turn] : w.turns) partitions.insert(partition);
        const bool read = log_.read(unknown_of(w, from, w.begun - back), w.read_from, partitions,
                                    [this](std::span<const past_outcome> outcomes) {
                                        const lock_type lock(shared_.mutex);
                                        for (const past_outcome& o : outcomes)
                                            shared_.known.found(o.partition, o.id, o.time);
                                    });
        if (!read) return;
        w.read_from = std::move(from);
        w.back = back;
        for (const auto& [partition, turn] : std::map(w.turns)) tell(w, partition, turn);
    }

    /// Where to begin to read, as far as what was known of the partitions before reaches.
    ports::positions unknown_of(const warm_up& w, const ports::positions& from, ports::time_ms since) const {
        ports::positions places;
        for (const auto& [partition, turn] : w.turns) {
            const auto before = ranges_.find(partition);
            const bool known = before != ranges_.end() && before->second.since <= since;
            for (const auto& [place, offset] : log_.where(from, {partition})) {
                const auto begin = known ? std::max(offset, before->second.end.at(place)) : offset;
                const auto [it, first] = places.emplace(place, begin);
                if (!first) it->second = std::min(it->second, begin);
            }
        }
        return places;
    }

    void drop_lost(warm_up& w) const {
        const lock_type lock(shared_.mutex);
        std::erase_if(w.turns, [this](const auto& p) { return !shared_.known.holds(p.first, p.second); });
    }

    /// A chunk is read: joins it to what was known of the partition before.
    void tell(warm_up& w, std::int32_t partition, std::uint64_t turn) {
        auto since = w.begun - w.back;
        const auto before = ranges_.find(partition);
        const bool joined =
            before != ranges_.end() && ports::reached(before->second.end, log_.where(w.read_from, {partition}));
        if (joined) since = std::min(since, before->second.since);
        const bool all = since <= w.begun - shared_.known.window();
        if (all || joined || before == ranges_.end()) ranges_[partition] = {log_.where(w.end, {partition}), since};
        {
            const lock_type lock(shared_.mutex);
            // Once the whole window is read nothing waits any more, though a clock may go back behind its begin.
            shared_.known.known_since(partition, turn, all ? ports::time_ms::min() : since);
            shared_.judge_again(partition);
        }
        if (!all) return;
        complete_[partition] = turn;
        w.turns.erase(partition);
        if (!w.turns.empty()) return;
        telemetry::log(telemetry::level::info, "recent outcomes are known",
                       {{"topic", shared_.how.topic},
                        {"count", known_ids()},
                        {"ms", std::chrono::duration_cast<milliseconds>(steady::now() - w.started).count()}});
    }

    std::size_t known_ids() const {
        const lock_type lock(shared_.mutex);
        const auto count = shared_.known.size();
        shared_.with.metrics.recent_ids(static_cast<double>(count));
        return count;
    }

    /// While a partition is held, nobody else adds outcomes to it and those added here are known: when it comes back one
    /// day, reading may begin where the log ends now. One time later, for commits under way may not be known yet.
    void upkeep() {
        next_upkeep_ = steady::now() + upkeep_every;
        if (!shared_.known.on()) return;
        auto end = log_.end();
        {
            const lock_type lock(shared_.mutex);
            shared_.known.expire(shared_.with.clock.now());
            std::erase_if(complete_, [this](const auto& p) { return !shared_.known.holds(p.first, p.second); });
        }
        known_ids();
        for (const auto& [partition, turn] : complete_)
            if (const auto it = marked_.find(partition); it != marked_.end() && it->second == turn)
                ranges_.at(partition).end = log_.where(mark_, {partition});
        mark_ = std::move(end);
        marked_ = complete_;
    }

    core& shared_;
    outcome_log log_;
    std::map<std::int32_t, std::int64_t> lost_; // partitions without position and their earliest offsets
    std::list<warm_up> warming_;
    std::map<std::int32_t, known_range> ranges_;
    std::map<std::int32_t, std::uint64_t> complete_; // partitions whose range is the window, and their turns
    std::map<std::int32_t, std::uint64_t> marked_;   // those that were so at the last upkeep,
    ports::positions mark_;                          // and where the log ended then
    steady::time_point next_upkeep_ = steady::now() + upkeep_every;
};

} // namespace

void core::remember() {
    try {
        historian(*this).run();
    } catch (...) // rethrown by the thread that runs the worker
    {
        const lock_type lock(mutex);
        failure = std::current_exception();
        progress.notify_one();
    }
}

} // namespace gradesvc::worker
