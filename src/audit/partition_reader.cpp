#include "audit/partition_reader.hpp"

#include <algorithm>

namespace gradesvc::audit {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};

/// How many offsets lie between, as far as `to` goes.
std::int64_t distance(const ports::positions& from, const ports::positions& to) {
    std::int64_t sum = 0;
    for (const auto& [where, end] : to)
        if (const auto it = from.find(where); it != from.end()) sum += std::min(it->second, end);
    return sum;
}

} // namespace

void read_between(ports::log& log, const ports::positions& from, const ports::positions& to,
                  const std::function<bool(ports::record&)>& take, const std::function<void(std::int64_t)>& moved) {
    if (ports::reached(from, to)) return;
    const auto reader = log.make_reader(from);
    auto at = distance(from, to);
    auto last_moved = steady_clock::now();
    while (!ports::reached(reader->next(), to)) {
        auto records = reader->read(std::chrono::milliseconds(500));
        for (auto& record : records) {
            const auto end = to.find({std::string(record.topic), record.partition});
            if (end != to.end() && record.offset < end->second && !take(record)) return;
        }
        const auto now_at = distance(reader->next(), to);
        if (now_at != at || !records.empty()) last_moved = steady_clock::now();
        if (now_at > at) moved(now_at - at);
        at = std::max(at, now_at);
        if (steady_clock::now() - last_moved > patience)
            throw ports::log_unavailable(
                "the log gives nothing more for a minute, before its end: a broker is away, or a "
                "transaction of another program stays open");
    }
}

ports::positions of_topic(const ports::positions& all, const std::string& topic) {
    ports::positions found;
    for (const auto& one : all)
        if (one.first.first == topic) found.insert(one);
    return found;
}

ports::positions of_partition(const ports::positions& all, const std::string& topic, std::int32_t partition) {
    ports::positions found;
    if (const auto it = all.find({topic, partition}); it != all.end()) found.insert(*it);
    return found;
}

} // namespace gradesvc::audit
