// ports::consumer with one member: positions, notes, commits, pause.
#include "helpers.hpp"
#include "support/catch.hpp"

#include <future>
#include <set>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

namespace {

auto gained_all(std::size_t partitions) {
    return [partitions](const ports::polled& all) { return all.gained.size() == partitions; };
}

} // namespace

TEST_CASE("a new group begins at the earliest record, without note", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "new", 2);
        publish_all(*log->make_publisher(), numbered(topic, 10, 10));
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = topic, .instance = "a"});
        const auto news =
            poll_until(*consumer, [](const auto& all) { return all.gained.size() == 2 && all.records.size() == 10; });
        for (const auto& g : news.gained) {
            CHECK(g.position == 0);
            CHECK_FALSE(g.committed);
            CHECK(g.note.empty());
        }
    });
}

TEST_CASE("a restart goes on at the committed position, and the notes come back", "[contract]") {
    on_every_log([](const fixture& f) {
        const auto group = fixture::fresh_name("g");
        const std::string longest(ports::max_note, 'n');
        std::string topic;
        {
            auto log = f.open();
            topic = make_topic(*log, "resume", 3);
            std::vector<ports::outgoing> records;
            for (std::int32_t p = 0; p < 3; ++p)
                for (int i = 0; i < 20; ++i) {
                    records.push_back(record_of(topic, "k", std::to_string(i)));
                    records.back().partition = p;
                }
            publish_all(*log->make_publisher(), records);
            auto consumer = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
            poll_until(*consumer, [](const auto& all) { return all.records.size() == 60; });
            const std::vector<ports::checkpoint> first{{0, 5, "five"}, {1, 3, "three"}};
            REQUIRE_FALSE(consumer->commit({}, first).error);
            const std::vector<ports::checkpoint> second{{0, 7, longest}};
            REQUIRE_FALSE(consumer->commit({}, second).error);
            consumer->leave();
        }
        auto log = f.open();
        auto consumer = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
        const auto news = poll_until(
            *consumer, [](const auto& all) { return all.gained.size() == 3 && all.records.size() == 13 + 17 + 20; });
        for (const auto& g : news.gained) {
            CHECK(g.position == (g.partition == 0 ? 7 : g.partition == 1 ? 3 : 0));
            CHECK(g.note == (g.partition == 0 ? longest : g.partition == 1 ? "three" : ""));
            CHECK(g.committed == (g.partition != 2));
        }
        std::set<std::pair<std::int32_t, std::int64_t>> offsets;
        for (const auto& r : news.records) CHECK(offsets.emplace(r.partition, r.offset).second);
        CHECK(offsets.contains({0, 7}));
        CHECK_FALSE(offsets.contains({0, 6}));
    });
}

TEST_CASE("the first records of a partition tell where it ends", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "end", 1);
        publish_all(*log->make_publisher(), numbered(topic, 5000, 1)); // more than one poll brings
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = topic, .instance = "a"});
        const auto news = poll_until(*consumer, [](const auto& all) { return !all.records.empty(); });
        CHECK(news.records.size() < 5000);
        CHECK(consumer->end(0) == 5000);
        publish_all(*log->make_publisher(), numbered(topic, 10, 1));
        poll_until(*consumer,
                   [](const auto& all) { return !all.records.empty() && all.records.back().offset == 5009; });
        CHECK(consumer->end(0) == 5010);
    });
}

TEST_CASE("outputs of a commit are visible once it returns", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto in = make_topic(*log, "in", 1);
        const auto out = make_topic(*log, "out", 2);
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = in, .instance = "a"});
        poll_until(*consumer, gained_all(1));
        auto reader = log->make_reader({out}, {});
        for (int i = 0; i < 5; ++i) {
            std::vector<ports::outgoing> outputs = numbered(out, 10, 10);
            outputs[0].partition = 1;
            outputs[0].key = std::nullopt;
            outputs[0].headers = {{"h", "v"}};
            REQUIRE_FALSE(consumer->commit(outputs, {}).error);
            CHECK(read_to_end(*log, *reader, {out}).size() == 10);
        }
    });
}

TEST_CASE("a commit with an oversized output writes nothing and names the output", "[contract]") {
    on_every_log([](const fixture& f) {
        const auto group = fixture::fresh_name("g");
        auto log = f.open();
        const auto in = make_topic(*log, "in", 1);
        const auto out = make_topic(*log, "out", 1);
        auto consumer = log->make_consumer({.group = group, .topic = in, .instance = "a"});
        poll_until(*consumer, gained_all(1));
        std::vector<ports::outgoing> outputs{record_of(out, "k", "small"), record_of(out, "k", "small too"),
                                             record_of(out, "k", std::string(2'000'000, 'v'))};
        const std::vector<ports::checkpoint> checkpoints{{0, 0, "note"}};
        const auto refused = consumer->commit(outputs, checkpoints);
        CHECK(refused.error == ports::log_errc::too_large);
        CHECK(refused.rejected == 2);
        CHECK(read_all(*log, out).empty());

        outputs[2].value = "replaced";
        REQUIRE_FALSE(consumer->commit(outputs, checkpoints).error);
        CHECK(read_all(*log, out).size() == 3);
    });
}

TEST_CASE("a paused partition delivers nothing until it is resumed, then without gap", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "pause", 2);
        auto publisher = log->make_publisher();
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = topic, .instance = "a"});
        poll_until(*consumer, gained_all(2));
        const auto publish_to_both = [&](const std::string& value) {
            for (std::int32_t p = 0; p < 2; ++p) {
                auto record = record_of(topic, "k", value);
                record.partition = p;
                REQUIRE_FALSE(publish(*publisher, record).error);
            }
        };
        publish_to_both("first");
        poll_until(*consumer, [](const auto& all) { return all.records.size() == 2; });

        consumer->pause(0);
        publish_to_both("second");
        publish_to_both("third");
        auto others = poll_until(*consumer, [](const auto& all) { return all.records.size() == 2; });
        for (auto& r : consumer->poll(200ms).records) others.records.push_back(std::move(r));
        REQUIRE(others.records.size() == 2);
        CHECK(others.records[0].partition == 1);
        CHECK(others.records[1].partition == 1);

        consumer->resume(0);
        const auto held = poll_until(*consumer, [](const auto& all) { return all.records.size() == 2; });
        CHECK(held.records[0].partition == 0);
        CHECK(held.records[0].value == "second");
        CHECK(held.records[1].value == "third");
    });
}

TEST_CASE("100 000 records go through publish, consumer, commit and reader", "[contract]") {
    on_every_log([](const fixture& f) {
        constexpr int count = 100'000;
        const deadline limit;
        auto log = f.open();
        const auto in = make_topic(*log, "many-in", 12);
        const auto out = make_topic(*log, "many-out", 12);
        auto publishing = std::async(std::launch::async, [&log, &in] {
            const auto publisher = log->make_publisher();
            const std::string padding(200, '.');
            for (int i = 0; i < count; ++i) {
                const auto record = record_of(in, "user-" + std::to_string(i % 5000), std::to_string(i) + padding);
                for (bool refused = true; refused;) {
                    refused = false;
                    publisher->publish(record, [&refused, here = std::this_thread::get_id()](const ports::delivery& d) {
                        if (std::this_thread::get_id() == here) refused = static_cast<bool>(d.error);
                    });
                    if (refused) std::this_thread::sleep_for(1ms);
                }
            }
            return publisher->flush(patience);
        });

        // Polls here, commits on another thread, one window at a time, as a worker does.
        auto consumer = log->make_consumer({.group = fixture::fresh_name("g"), .topic = in, .instance = "a"});
        std::future<boost::system::error_code> committing;
        int polled = 0;
        while (polled < count && !limit.passed()) {
            const auto news = consumer->poll(100ms);
            polled += static_cast<int>(news.records.size());
            std::vector<ports::outgoing> outputs;
            std::map<std::int32_t, std::int64_t> positions;
            for (const auto& r : news.records) {
                outputs.push_back(record_of(out, std::string(*r.key), std::string(r.value)));
                outputs.back().partition = r.partition;
                positions[r.partition] = r.offset + 1;
            }
            if (outputs.empty()) continue;
            if (committing.valid()) REQUIRE_FALSE(committing.get());
            committing = std::async(std::launch::async, [&consumer, outputs = std::move(outputs), positions] {
                std::vector<ports::checkpoint> checkpoints;
                for (const auto& [partition, position] : positions) checkpoints.push_back({partition, position, ""});
                return consumer->commit(outputs, checkpoints).error;
            });
        }
        if (committing.valid()) REQUIRE_FALSE(committing.get());
        REQUIRE(publishing.get());
        REQUIRE(polled == count);

        std::vector<bool> seen_numbers(count, false);
        auto reader = log->make_reader({out}, {});
        int distinct = 0;
        const auto copies = read_to_end(*log, *reader, {out});
        for (const auto& r : copies) {
            const auto number = static_cast<std::size_t>(std::stoi(r.value));
            if (!seen_numbers.at(number)) ++distinct;
            seen_numbers[number] = true;
        }
        CHECK(copies.size() == count);
        CHECK(distinct == count);
        CHECK_FALSE(limit.passed());
    });
}
