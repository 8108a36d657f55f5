#include "worker/window.hpp"

#include <algorithm>
#include <map>

namespace gradesvc::worker {

window::window(std::vector<share> shares) : shares_(std::move(shares)) {
    std::size_t count = 0;
    for (const share& s : shares_) count += s.finished.size();
    outputs_.reserve(count);
    origins_.reserve(count);
    for (share& s : shares_) {
        checkpoints_.push_back(s.checkpoint);
        for (outcome& o : s.finished) {
            if (o.duplicate) {
                ++duplicates_;
                continue;
            }
            if (o.result.id) s.ids.push_back(*o.result.id);
            outputs_.push_back(std::move(o.result.output));
            origins_.push_back({std::move(o.source), o.result.scored, o.result.reason, o.result.accepted_at});
        }
        s.finished.clear();
    }
}

void window::drop_shares(const std::function<bool(const share&)>& gone) {
    std::vector<std::int32_t> partitions;
    for (const share& s : shares_)
        if (gone(s)) partitions.push_back(s.partition);
    if (partitions.empty()) return;
    auto dropped = [&](std::int32_t p) { return std::ranges::find(partitions, p) != partitions.end(); };
    std::size_t kept = 0;
    for (std::size_t i = 0; i < origins_.size(); ++i) {
        if (dropped(origins_[i].source->record.partition)) continue;
        if (kept != i) {
            outputs_[kept] = std::move(outputs_[i]);
            origins_[kept] = std::move(origins_[i]);
        }
        ++kept;
    }
    outputs_.resize(kept);
    origins_.resize(kept);
    std::erase_if(shares_, [&](const share& s) { return dropped(s.partition); });
    std::erase_if(checkpoints_, [&](const ports::checkpoint& c) { return dropped(c.partition); });
}

void window::replace(std::size_t index, const collaborators& with) {
    origin& from = origins_.at(index);
    const ports::record& r = from.source->record;
    if (from.refused == 2)
        throw ports::log_error("the log refuses even the empty dead letter of partition " +
                               std::to_string(r.partition) + " offset " + std::to_string(r.offset) +
                               ": raise the topic's max.message.bytes");
    auto letter = with.too_large(r, from.refused == 0);
    ++from.refused;
    outputs_[index] = std::move(letter.output);
    from.scored = letter.scored;
    from.reason = letter.reason;
}

void window::count(telemetry::metrics& metrics, ports::time_ms now) const {
    std::size_t scored = 0;
    for (const origin& o : origins_) {
        if (o.scored)
            ++scored;
        else
            metrics.failed(o.reason);
        metrics.result_latency(std::max(telemetry::seconds(0), telemetry::seconds(now - o.accepted_at)));
    }
    if (scored > 0) metrics.scored(scored);
    if (duplicates_ > 0) metrics.duplicates(duplicates_);
}

} // namespace gradesvc::worker
