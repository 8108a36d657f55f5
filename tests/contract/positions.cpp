// Where something stands in a log: a group, a time, the end with what is under way; and reading parts of it.
#include "child.hpp"
#include "helpers.hpp"
#include "support/catch.hpp"

#include <set>
#include <thread>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("what a group has committed can be looked at without joining it", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "looked-at", 3);
        const auto other = make_topic(*log, "other", 1);
        const auto group = fixture::fresh_name("g");
        CHECK(log->group_positions(group, topic, 10s).empty());

        publish_all(*log->make_publisher(), numbered(topic, 60, 20));
        const std::string longest(ports::max_note, 'n');
        auto consumer = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
        poll_until(*consumer, [](const auto& all) { return all.gained.size() == 3; });
        const std::vector<ports::checkpoint> first{{0, 5, "five"}, {2, 0, longest}};
        REQUIRE_FALSE(consumer->commit({}, first).error);
        auto found = log->group_positions(group, topic, 10s);
        REQUIRE(found.size() == 2);
        CHECK(found.at(0).position == 5);
        CHECK(found.at(0).note == "five");
        CHECK(found.at(2).position == 0);
        CHECK(found.at(2).note == longest);
        CHECK(log->group_positions(group, other, 10s).empty());
        CHECK(log->group_positions(fixture::fresh_name("g"), topic, 10s).empty());

        const std::vector<ports::checkpoint> second{{0, 7, ""}};
        REQUIRE_FALSE(consumer->commit({}, second).error); // it is still a member: nobody has joined beside it
        consumer->leave();
        found = log->group_positions(group, topic, 10s);
        CHECK(found.at(0).position == 7);
        CHECK(found.at(0).note.empty());
    });
}

TEST_CASE("a time leads to the first record that is not older", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const std::vector topics{make_topic(*log, "times", 2)};
        auto publisher = log->make_publisher();
        std::vector<ports::record> records;
        auto reader = log->make_reader(topics, {});
        for (int i = 0; i < 4; ++i) { // a few records of each of four moments, all in partition 0
            for (int n = 0; n < 3; ++n) {
                auto r = record_of(topics[0], "k", std::to_string(i));
                r.partition = 0;
                REQUIRE_FALSE(publish(*publisher, r).error);
            }
            for (const deadline limit; records.size() < static_cast<std::size_t>(i + 1) * 3 && !limit.passed();)
                for (auto& r : reader->read(100ms)) records.push_back(std::move(r));
            REQUIRE(records.size() == static_cast<std::size_t>(i + 1) * 3);
            while (std::chrono::system_clock::now() <= records.back().time + 2ms) std::this_thread::sleep_for(1ms);
        }
        const auto at = [&](ports::time_ms time) { return log->at(topics, time, 10s); };
        for (const std::size_t first : {0U, 3U, 6U, 9U}) {
            CHECK(at(records[first].time).at({topics[0], 0}) == records[first].offset);
            if (first > 0) CHECK(at(records[first - 1].time + 1ms).at({topics[0], 0}) == records[first].offset);
        }
        CHECK(at(ports::time_ms{}) == log->begin(topics, 10s));
        CHECK(at(records.back().time + 1ms) == log->end(topics, 10s));
        CHECK(at(records.back().time + 1h) == log->end(topics, 10s));
        CHECK(at(records.front().time).at({topics[0], 1}) == 0); // an empty partition: its end
    });
}

TEST_CASE("a reader of some partitions reads those from where it is told, and no others", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto first = make_topic(*log, "first", 3);
        const auto second = make_topic(*log, "second", 2);
        auto publisher = log->make_publisher();
        for (const auto& [topic, partitions] : {std::pair(first, 3), std::pair(second, 2)})
            for (int p = 0; p < partitions; ++p)
                for (int i = 0; i < 10; ++i) {
                    auto r = record_of(topic, "k", std::to_string(i));
                    r.partition = p;
                    REQUIRE_FALSE(publish(*publisher, r).error);
                }
        auto reader = log->make_reader({{{first, 1}, 4}, {{first, 2}, 1000}, {{second, 0}, 9}});
        const ports::positions goal{{{first, 1}, 10}, {{first, 2}, 10}, {{second, 0}, 10}};
        std::multiset<std::pair<std::string, std::int32_t>> seen;
        for (const deadline limit; !ports::reached(reader->next(), goal) && !limit.passed();)
            for (const auto& r : reader->read(100ms)) seen.emplace(r.topic, r.partition);
        CHECK(reader->next() == goal);
        CHECK(seen.size() == 6 + 10 + 1);
        CHECK(seen.count({first, 1}) == 6);
        CHECK(seen.count({first, 2}) == 10); // a position that the log does not hold means its earliest record
        CHECK(seen.count({second, 0}) == 1);
    });
}

TEST_CASE("a reader that comes to the written end has seen what commits under way leave", "[contract]") {
    const std::string crash = GENERATE("1000", "5000", "12000", "after");
    on_every_log([&crash](const fixture& f) {
        CAPTURE(crash);
        const std::string group = fixture::fresh_name("group");
        std::string in;
        std::string out;
        {
            auto log = f.open();
            in = make_topic(*log, "in", 3);
            out = make_topic(*log, "out", 3);
            const std::vector topics{in, out};
            CHECK(log->written_end(topics, 10s) == log->end(topics, 10s));
            publish_all(*log->make_publisher(), numbered(in, 1000, 30));
            CHECK(log->written_end(topics, 10s) == log->end(topics, 10s));
        }
        child copying({.action = "copy",
                       .log = f.kind().name,
                       .address = f.address(),
                       .topic = in,
                       .output_topic = out,
                       .group = group,
                       .crash = crash});
        while (copying.next_report()) {}
        REQUIRE(copying.was_killed());

        auto log = f.open();
        const std::vector topics{out};
        const auto goal = log->written_end(topics, 10s);
        CHECK(ports::reached(goal, log->end(topics, 10s)));
        auto successor = log->make_consumer({.group = group, .topic = in, .instance = "the only one"});
        const auto news = poll_until(*successor, [](const auto& all) { return all.gained.size() == 3; });
        std::int64_t committed = 0;
        for (const auto& g : news.gained) committed += g.position;

        auto reader = log->make_reader(topics, {});
        std::int64_t copies = 0;
        for (const deadline limit; !ports::reached(reader->next(), goal);) {
            if (limit.passed()) FAIL("the end is never reached");
            copies += static_cast<std::int64_t>(reader->read(100ms).size());
        }
        CHECK(copies == committed); // one output of each record before the positions, and none later
    });
}
