#include "tools/topic_scan.hpp"

namespace gradesvc::tools {

namespace {

bool reached(const ports::positions& at, const ports::positions& end) {
    for (const auto& [where, offset] : end) {
        const auto found = at.find(where);
        if (found == at.end() || found->second < offset) return false;
    }
    return true;
}

} // namespace

void scan_topics(ports::log& log, const std::vector<std::string>& topics, const ports::positions& from,
                 const std::function<void(const ports::record&)>& each) {
    using steady = std::chrono::steady_clock;
    const auto end = log.end(topics, log_patience);
    const auto reader = log.make_reader(topics, from);
    auto last_news = steady::now();
    for (auto before = reader->next(); !reached(before, end);) {
        for (const auto& record : reader->read(std::chrono::milliseconds(200))) {
            const auto known = end.find({std::string(record.topic), record.partition});
            if (known != end.end() && record.offset < known->second) each(record);
        }
        auto now = reader->next();
        if (now != before)
            last_news = steady::now();
        else if (steady::now() - last_news > log_patience)
            throw ports::log_unavailable("the log stopped answering while " + topics.front() + " was read");
        before = std::move(now);
    }
}

} // namespace gradesvc::tools
