#include "worker/recent_ids.hpp"

#include <algorithm>
#include <numeric>

namespace gradesvc::worker {

void recent_ids::add(const domain::submission_id& id, ports::time_ms when) {
    generations_[when.time_since_epoch() / generation_].insert(id);
}

bool recent_ids::contains(const domain::submission_id& id) const {
    return std::ranges::any_of(generations_, [&](const auto& g) { return g.second.contains(id); });
}

void recent_ids::expire(ports::time_ms now) {
    const std::int64_t oldest = (now - window_).time_since_epoch() / generation_;
    generations_.erase(generations_.begin(), generations_.lower_bound(oldest));
}

std::size_t recent_ids::size() const {
    return std::accumulate(generations_.begin(), generations_.end(), std::size_t{0},
                           [](std::size_t n, const auto& g) { return n + g.second.size(); });
}

std::size_t recent_ids::bytes() const {
    return std::accumulate(generations_.begin(), generations_.end(), std::size_t{0},
                           [](std::size_t n, const auto& g) { return n + g.second.bytes(); });
}

} // namespace gradesvc::worker
