#include "running_worker.hpp"

#include <map>
#include <random>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

/// Each record once, and those of each user in the order of the log.
void check_exactly_once_in_order(const fake_log& log) {
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
    CHECK_FALSE(twice);
    CHECK_FALSE(disorder);
    std::size_t records = 0;
    for (const auto& [id, entries] : log.partitions) records += entries.size();
    CHECK(seen.size() == records);
}

} // namespace

TEST_CASE("every record is settled once, each user's in the order of the log") {
    fake_log log;
    for (int i = 0; i < 6000; ++i) log.append(i % 3, "user-" + std::to_string(i * 7 % 50));
    for (int i = 0; i < 200; ++i) log.append(i % 3, std::nullopt);
    running_worker w(
        log, [](const ports::record& r) { return result_of(r); }, running_worker::quick(4));
    log.assign({0, 1, 2});
    REQUIRE(eventually([&] { return log.count() == 6200; }));
    w.stop();
    check_exactly_once_in_order(log);
    CHECK(log.checkpoint(0).position == log.ends[0]);
    CHECK(log.checkpoint(0).note.empty());
    CHECK(log.left);
    CHECK(log.live_records == 0);
    CHECK_THAT(w.exposed(), Catch::Matchers::ContainsSubstring("gradesvc_submissions_scored_total 6200"));
}
