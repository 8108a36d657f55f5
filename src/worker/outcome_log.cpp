#include "worker/outcome_log.hpp"

#include <algorithm>

namespace gradesvc::worker {
namespace {

constexpr std::chrono::milliseconds read_time{50}; // a stop is noticed within

} // namespace

ports::positions outcome_log::where(const ports::positions& all, const std::set<std::int32_t>& partitions) const {
    ports::positions some;
    for (const auto& [place, offset] : all)
        if (!is_result(place.first) || partitions.contains(place.second)) some.emplace(place, offset);
    return some;
}

bool outcome_log::read(const ports::positions& from, const ports::positions& to,
                       const std::set<std::int32_t>& partitions, const found_function& found) {
    ports::positions begin;
    ports::positions goal;
    for (const auto& [place, offset] : where(from, partitions)) {
        const auto end = to.find(place);
        if (end == to.end() || offset >= end->second) continue;
        begin.emplace(place, offset);
        goal.insert(*end);
    }
    if (begin.empty()) return !stopped_();
    const auto reader = log_.make_reader(begin);
    std::vector<past_outcome> batch;
    for (bool there = false; !there;) {
        if (stopped_()) return false;
        const auto records = reader->read(read_time);
        for (const ports::record& r : records) {
            const auto origin = app::origin_of(r);
            if (origin && partitions.contains(origin->partition))
                batch.push_back({origin->partition, origin->offset, app::outcome_id(origin->id, origin->replay), r.time,
                                 origin->first_outcome()});
        }
        if (!batch.empty()) found(batch);
        batch.clear();
        there = ports::reached(reader->next(), goal);
    }
    return true;
}

} // namespace gradesvc::worker
