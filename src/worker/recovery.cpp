#include "worker/recovery.hpp"

#include "worker/known_outcomes.hpp"

#include <algorithm>

namespace gradesvc::worker {
namespace {

constexpr std::int64_t first_chunk = 10'000; // offsets of each partition; the next chunks are four times as long each

} // namespace

void recovered_offsets::add(std::int64_t offset) {
    lowest_ = found_.empty() ? offset : std::min(lowest_, offset);
    highest_ = found_.empty() ? offset : std::max(highest_, offset);
    found_.push_back(offset);
}

finished_offsets recovered_offsets::result(std::int64_t begin) const {
    const std::int64_t position = found_.empty() ? begin : std::max(begin, highest_ - span_ + 1);
    finished_offsets offsets(position, span_);
    for (const std::int64_t offset : found_) offsets.finish(offset);
    return offsets;
}

namespace {

/// Reads results backward, then the dead letters of the same time.
class recovering {
public:
    recovering(outcome_log& log, const std::map<std::int32_t, std::int64_t>& begins) : log_(log) {
        for (const auto& [partition, begin] : begins) {
            open_.insert(partition);
            found_.try_emplace(partition);
        }
    }

    bool run() {
        const auto begin = log_.begin();
        const auto end = log_.written_end();
        results_ = log_.where(end, open_);
        std::erase_if(results_, [this](const auto& p) { return !log_.is_result(p.first.first); });
        for (std::int64_t length = first_chunk; !open_.empty(); length *= 4)
            if (!read_chunk(begin, length)) return false;
        return read_dead_letters(begin, end);
    }

    const std::map<std::int32_t, recovered_offsets>& found() const { return found_; }

private:
    bool read_chunk(const ports::positions& begin, std::int64_t length) {
        ports::positions from;
        for (const auto& [place, to] : results_)
            if (open_.contains(place.second)) from[place] = std::max(begin.at(place), to - length);
        if (!read(from, results_, open_)) return false;
        for (const auto& [place, offset] : from) {
            results_[place] = offset;
            if (found_.at(place.second).enough()) open_.erase(place.second);
            if (offset > begin.at(place)) continue;
            if (open_.erase(place.second) > 0) whole_ = true;
        }
        return true;
    }

    bool read_dead_letters(const ports::positions& begin, const ports::positions& end) {
        auto from = whole_ || !oldest_ ? begin : log_.at(*oldest_ - clock_difference);
        std::erase_if(from, [this](const auto& p) { return log_.is_result(p.first.first); });
        std::set<std::int32_t> all;
        for (const auto& [partition, offsets] : found_) all.insert(partition);
        return read(from, end, all);
    }

    bool read(const ports::positions& from, const ports::positions& to, const std::set<std::int32_t>& partitions) {
        return log_.read(from, to, partitions, [this](std::span<const past_outcome> outcomes) {
            for (const past_outcome& o : outcomes) {
                if (!o.first) continue;
                found_.at(o.partition).add(o.offset);
                oldest_ = std::min(oldest_.value_or(o.time), o.time);
            }
        });
    }

    outcome_log& log_;
    std::set<std::int32_t> open_; // to be read further back
    std::map<std::int32_t, recovered_offsets> found_;
    ports::positions results_; // read from there on
    bool whole_ = false;       // of some partition all results are read
    std::optional<ports::time_ms> oldest_;
};

} // namespace

std::map<std::int32_t, finished_offsets> recover(outcome_log& log, const std::map<std::int32_t, std::int64_t>& begins) {
    recovering work(log, begins);
    std::map<std::int32_t, finished_offsets> result;
    if (!work.run()) return result;
    for (const auto& [partition, begin] : begins) result.emplace(partition, work.found().at(partition).result(begin));
    return result;
}

} // namespace gradesvc::worker
