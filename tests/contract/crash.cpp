// What is left of a process that was killed.
#include "child.hpp"
#include "helpers.hpp"
#include "support/catch.hpp"

#include <set>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("what was acknowledged is there after kill -9", "[contract]") {
    on_every_log([](const fixture& f) {
        std::string topic;
        {
            auto log = f.open();
            topic = make_topic(*log, "durable", 3);
        }
        child publishing({.action = "publish", .log = f.kind().name, .address = f.address(), .topic = topic});
        std::set<std::int64_t> acknowledged;
        while (acknowledged.size() < 2000) {
            const auto number = publishing.next_report();
            REQUIRE(number);
            acknowledged.insert(*number);
        }
        publishing.kill();
        while (const auto number = publishing.next_report()) acknowledged.insert(*number);
        REQUIRE(publishing.was_killed());

        auto log = f.open();
        std::set<std::int64_t> stored;
        for (const auto& r : read_all(*log, topic))
            CHECK(stored.insert(std::stoll(r.value)).second); // and no record twice
        CHECK(std::ranges::includes(stored, acknowledged));
    });
}

namespace {

/// Values per partition in the order of the log.
std::map<std::int32_t, std::vector<std::string>> by_partition(const std::vector<seen>& records) {
    std::map<std::int32_t, std::vector<std::string>> result;
    for (const auto& r : records) result[r.partition].push_back(r.value);
    return result;
}

} // namespace

TEST_CASE("kill -9 at any point of a commit leaves all of its window or nothing", "[contract]") {
    const std::string crash = GENERATE("before", "0", "300", "1000", "3000", "8000", "20000", "after");
    on_every_log([&crash](const fixture& f) {
        CAPTURE(crash);
        std::string in;
        std::string out;
        const std::string group = fixture::fresh_name("group");
        {
            auto log = f.open();
            in = make_topic(*log, "in", 3);
            out = make_topic(*log, "out", 3);
            publish_all(*log->make_publisher(), numbered(in, 3000, 30));
        }
        child copying({.action = "copy",
                       .log = f.kind().name,
                       .address = f.address(),
                       .topic = in,
                       .output_topic = out,
                       .group = group,
                       .crash = crash});
        std::int64_t reported = 0;
        while (const auto number = copying.next_report()) reported = *number;
        REQUIRE(copying.was_killed());
        REQUIRE(reported >= 400);

        // Its successor starts where the last commit was, and every position has the note that came with it …
        auto log = f.open();
        {
            auto successor = log->make_consumer({.group = group, .topic = in, .instance = "the only one"});
            const auto news = poll_until(*successor, [](const ports::polled& all) { return all.gained.size() == 3; });
            std::int64_t committed = 0;
            for (const auto& g : news.gained) {
                CHECK(g.note == (g.committed ? std::to_string(g.position) : ""));
                committed += g.position;
            }
            CHECK(committed >= reported);
            CHECK(committed % 100 == 0); // whole windows
            if (crash == "before") CHECK(committed == 400);
            if (crash == "after") CHECK(committed == 500);
            successor->leave();
        }
        // … so that in the end there is one copy of each record, in order: outputs and positions were written as one.
        copier successor(*log, in, out, group, "the only one");
        const deadline limit;
        auto reader = log->make_reader({out}, {});
        std::vector<seen> copies;
        while (copies.size() < 3000) {
            if (limit.passed()) FAIL("only " << copies.size() << " copies are visible");
            successor.step(50ms);
            for (const auto& r : reader->read(10ms)) copies.push_back(copy_of(r));
        }
        for (auto& rest : read_to_end(*log, *reader, {out})) copies.push_back(std::move(rest));
        CHECK(by_partition(copies) == by_partition(read_all(*log, in)));
    });
}
