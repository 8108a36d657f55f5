// ports::reader, and where a log begins and ends.
#include "helpers.hpp"
#include "support/catch.hpp"

#include <future>
#include <set>
#include <thread>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("topics that exist are kept, with their number of partitions", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "kept", 3);
        const std::vector<ports::topic_spec> again{{.name = topic, .partitions = 3},
                                                   {.name = fixture::fresh_name("other"), .partitions = 2}};
        CHECK(log->ensure_topics(again) == std::vector{3, 2});
    });
}

TEST_CASE("an empty log ends where it begins, and a reader of it stands there", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const std::vector topics{make_topic(*log, "empty", 2)};
        const auto end = log->end(topics, 10s);
        CHECK(end == ports::positions{{{topics[0], 0}, 0}, {{topics[0], 1}, 0}});
        CHECK(log->begin(topics, 10s) == end);
        auto reader = log->make_reader(topics, {});
        CHECK(reader->read(10ms).empty());
        CHECK(ports::reached(reader->next(), end));
    });
}

TEST_CASE("a reader that has seen everything stands at the end, also after commits", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto in = make_topic(*log, "in", 2);
        const auto out = make_topic(*log, "out", 2);
        const std::vector topics{in, out};
        publish_all(*log->make_publisher(), numbered(in, 100, 10));
        copier member(*log, in, out, fixture::fresh_name("g"), "a");
        for (const deadline limit; member.copied() < 100 && !limit.passed();) member.step(100ms, 7);
        REQUIRE(member.copied() == 100);

        auto reader = log->make_reader(topics, {});
        CHECK(read_to_end(*log, *reader, topics).size() == 200);
        CHECK(reader->next() == log->end(topics, 10s));
        CHECK(reader->next().size() == 4);
        CHECK(log->begin(topics, 10s).at({out, 0}) == 0);
    });
}

TEST_CASE("a reader goes on from stored positions without gap or double", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto in = make_topic(*log, "in", 3);
        const auto out = make_topic(*log, "out", 3);
        const std::vector topics{in, out};
        auto publisher = log->make_publisher();
        copier member(*log, in, out, fixture::fresh_name("g"), "a");
        ports::positions stored;
        std::multiset<std::string> values;
        for (int round = 1; round <= 5; ++round) {
            publish_all(*publisher, numbered(in, 200, 10));
            for (const deadline limit; member.copied() < 200 * round && !limit.passed();) member.step(100ms, 20);
            auto reader = log->make_reader(topics, stored);
            if (round % 2 == 0) { // stops in the middle
                std::vector<ports::record> some;
                for (const deadline limit; some.empty() && !limit.passed();) some = reader->read(100ms);
                for (const auto& r : some) values.emplace(r.value);
            } else {
                for (const auto& r : read_to_end(*log, *reader, topics)) values.insert(r.value);
            }
            stored = reader->next();
        }
        CHECK(values.size() == 2000);
        for (int i = 0; i < 200; ++i) CHECK(values.count(std::to_string(i)) == 10);
    });
}

TEST_CASE("a position that the log does not hold means its earliest record", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "beyond", 1);
        publish_all(*log->make_publisher(), numbered(topic, 10, 1));
        auto reader = log->make_reader({topic}, {{{topic, 0}, 1000}});
        std::vector<std::string> values;
        for (const deadline limit; values.size() < 10 && !limit.passed();)
            for (const auto& r : reader->read(100ms)) values.emplace_back(r.value);
        REQUIRE(values.size() == 10);
        CHECK(values.front() == "0");
    });
}

TEST_CASE("a waiting reader and a waiting consumer get a new record at once", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "wake", 2);
        auto publisher = log->make_publisher();
        auto reader = log->make_reader({topic}, {});
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = topic, .instance = "a"});
        poll_until(*consumer, [](const auto& all) { return all.gained.size() == 2; });
        REQUIRE_FALSE(publish(*publisher, record_of(topic, "k", "warm up")).error);
        poll_until(*consumer, [](const auto& all) { return all.records.size() == 1; });
        read_to_end(*log, *reader, {topic});

        const auto waits_for_one = [](auto& source, auto records) {
            return std::async(std::launch::async, [&source, records] {
                std::size_t got = 0;
                for (const deadline limit; got == 0 && !limit.passed();) got = records(source);
                return got;
            });
        };
        auto read = waits_for_one(*reader, [](ports::reader& r) { return r.read(30s).size(); });
        auto polled = waits_for_one(*consumer, [](ports::consumer& c) { return c.poll(30s).records.size(); });
        REQUIRE_FALSE(publish(*publisher, record_of(topic, "k", "v")).error);
        CHECK(read.wait_for(10s) == std::future_status::ready);
        CHECK(polled.wait_for(10s) == std::future_status::ready);
        CHECK(read.get() == 1);
        CHECK(polled.get() == 1);
    });
}
