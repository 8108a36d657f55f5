#include "worker/known_outcomes.hpp"

#include <algorithm>

namespace gradesvc::worker {

known_outcomes::memory& known_outcomes::of(std::int32_t partition) {
    return partitions_.try_emplace(partition, window_).first->second;
}

std::uint64_t known_outcomes::gain(std::int32_t partition) {
    drop(partition);
    return of(partition).turn = ++turns_;
}

void known_outcomes::drop(std::int32_t partition) {
    const auto it = partitions_.find(partition);
    if (it == partitions_.end()) return;
    it->second.claimed.clear();
    it->second.turn = 0;
    it->second.since.reset();
}

bool known_outcomes::holds(std::int32_t partition, std::uint64_t turn) const {
    const auto it = partitions_.find(partition);
    return it != partitions_.end() && it->second.turn == turn;
}

ports::time_ms known_outcomes::possible_since(const domain::submission_id& id, ports::time_ms now) const {
    const auto oldest = now - window_;
    const auto made = id.time();
    if (!made || *made > now + clock_difference) return oldest; // whoever made it has another idea of the time
    return std::max(oldest, *made - clock_difference);
}

judgement known_outcomes::judge(std::int32_t partition, const domain::submission_id& id, ports::time_ms now) {
    memory& m = of(partition);
    if (m.ids.contains(id) || m.claimed.contains(id)) return judgement::duplicate;
    if (!m.since || *m.since > possible_since(id, now)) return judgement::unknown;
    m.claimed.insert(id);
    return judgement::fresh;
}

void known_outcomes::committed(std::int32_t partition, std::span<const domain::submission_id> ids, ports::time_ms now) {
    if (!on()) return;
    memory& m = of(partition);
    for (const auto& id : ids) {
        m.ids.add(id, now);
        m.claimed.erase(id);
    }
}

void known_outcomes::found(std::int32_t partition, const domain::submission_id& id, ports::time_ms when) {
    of(partition).ids.add(id, when);
}

void known_outcomes::known_since(std::int32_t partition, std::uint64_t turn, ports::time_ms since) {
    if (!holds(partition, turn)) return;
    memory& m = of(partition);
    m.since = m.since ? std::min(*m.since, since) : since;
}

void known_outcomes::expire(ports::time_ms now) {
    for (auto& [partition, m] : partitions_) m.ids.expire(now);
    std::erase_if(partitions_, [](const auto& p) { return p.second.turn == 0 && p.second.ids.size() == 0; });
}

std::size_t known_outcomes::size() const {
    std::size_t n = 0;
    for (const auto& [partition, m] : partitions_) n += m.ids.size();
    return n;
}

std::size_t known_outcomes::bytes() const {
    std::size_t n = 0;
    for (const auto& [partition, m] : partitions_) n += m.ids.bytes();
    return n;
}

} // namespace gradesvc::worker
