#include "worker/held_outcomes.hpp"

namespace gradesvc::worker {

void held_outcomes::hold(outcome o) {
    ++waiting_of_[o.source->home];
    ++size_;
    by_partition_[o.source->record.partition].push_back(std::move(o));
}

std::vector<outcome> held_outcomes::take(std::int32_t partition) {
    auto found = by_partition_.extract(partition);
    if (found.empty()) return {};
    for (const outcome& o : found.mapped()) {
        const auto user = waiting_of_.find(o.source->home);
        if (--user->second == 0) waiting_of_.erase(user);
    }
    size_ -= found.mapped().size();
    return std::move(found.mapped());
}

std::vector<std::int32_t> held_outcomes::partitions() const {
    std::vector<std::int32_t> all;
    for (const auto& [partition, outcomes] : by_partition_) all.push_back(partition);
    return all;
}

} // namespace gradesvc::worker
