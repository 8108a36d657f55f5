// What must hold of a log whatever happened to the worker.
#pragma once

#include "running_worker.hpp"

#include <map>

namespace gradesvc::test {

/// Each record once, and those of each user in the order of the log.
inline void check_exactly_once_in_order(const fake_log& log) {
    std::set<std::pair<std::int32_t, std::int64_t>> seen;
    std::map<std::pair<std::int32_t, std::string>, std::int64_t> last;
    bool twice = false;
    bool disorder = false;
    for (const auto& o : log.committed()) {
        twice |= !seen.emplace(o.partition, o.source).second;
        if (o.key.empty()) continue;
        auto [it, first] = last.try_emplace({o.partition, o.key}, o.source);
        if (!first) disorder |= std::exchange(it->second, o.source) >= o.source;
    }
    std::size_t records = 0;
    for (const auto& [id, entries] : log.partitions) records += entries.size();
    CHECK_FALSE(twice);
    CHECK_FALSE(disorder);
    CHECK(seen.size() == records);
}

} // namespace gradesvc::test
