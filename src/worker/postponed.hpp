// Partitions that came without a committed position, until it is recovered: nothing of them is scored before. What the log
// delivers of them waits here, so they are to be paused once it is much. Confined to the poll thread.
#pragma once

#include "gradesvc/ports/consumer.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace gradesvc::worker {

struct postponed_partition {
    std::int64_t begin = 0; ///< where the log delivers from
    std::vector<ports::record> records = {};
    std::size_t bytes = 0; ///< of their values
    bool paused = false;
};

class postponed_partitions {
public:
    void add(const ports::assignment& from) { waiting_[from.partition] = {.begin = from.position}; }
    bool empty() const { return waiting_.empty(); }

    void forget(const std::vector<std::int32_t>& partitions) {
        for (const std::int32_t p : partitions) waiting_.erase(p);
    }

    /// Takes out the records that have to wait.
    void keep(std::vector<ports::record>& records) {
        if (waiting_.empty()) return;
        std::erase_if(records, [this](ports::record& r) {
            const auto it = waiting_.find(r.partition);
            if (it == waiting_.end()) return false;
            it->second.bytes += r.value.size();
            it->second.records.push_back(std::move(r));
            return true;
        });
    }

    /// Those with so many records, or bytes, that no more should come; once each.
    std::vector<std::int32_t> full(std::size_t records, std::size_t bytes) {
        std::vector<std::int32_t> found;
        for (auto& [id, p] : waiting_) {
            if ((p.records.size() < records && p.bytes < bytes) || std::exchange(p.paused, true)) continue;
            found.push_back(id);
        }
        return found;
    }

    std::optional<postponed_partition> take(std::int32_t partition) {
        auto found = waiting_.extract(partition);
        return found.empty() ? std::nullopt : std::optional(std::move(found.mapped()));
    }

private:
    std::map<std::int32_t, postponed_partition> waiting_;
};

} // namespace gradesvc::worker
