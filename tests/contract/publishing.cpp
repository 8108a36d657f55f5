// ports::publisher.
#include "helpers.hpp"
#include "support/catch.hpp"

#include <set>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("records of a key stay in order, in one partition", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "order", 4);
        auto publisher = log->make_publisher();
        for (const auto& d : publish_all(*publisher, numbered(topic, 5000, 20))) REQUIRE_FALSE(d.error);

        std::map<std::string, std::pair<std::int32_t, int>> last; // by key: partition and number
        int count = 0;
        for (const auto& r : read_all(*log, topic)) {
            const int number = std::stoi(r.value);
            const auto [it, first] = last.try_emplace(*r.key, r.partition, number);
            CHECK(it->second.first == r.partition);
            if (!first) {
                CHECK(number == it->second.second + 20);
                it->second.second = number;
            }
            ++count;
        }
        CHECK(count == 5000);
        CHECK(last.size() == 20);
    });
}

TEST_CASE("a delivery names where the record stands", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "where", 3);
        auto publisher = log->make_publisher();
        const auto records = numbered(topic, 300, 7);
        const auto deliveries = publish_all(*publisher, records);
        std::map<std::pair<std::int32_t, std::int64_t>, std::string> stored;
        for (const auto& r : read_all(*log, topic)) stored[{r.partition, r.offset}] = r.value;
        REQUIRE(stored.size() == records.size());
        for (std::size_t i = 0; i < records.size(); ++i) {
            REQUIRE_FALSE(deliveries[i].error);
            CHECK(stored[{deliveries[i].partition, deliveries[i].offset}] == records[i].value);
        }
        CHECK(publisher->available());
    });
}

TEST_CASE("keys, values and headers come back byte for byte", "[contract]") {
    on_every_log([](const fixture& f) {
        std::string all_bytes;
        for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
        auto log = f.open();
        const auto topic = make_topic(*log, "bytes", 1);
        const std::vector<ports::outgoing> records{
            {.topic = topic, .key = std::nullopt, .value = "no key", .headers = {}},
            {.topic = topic, .key = "", .value = "empty key", .headers = {}},
            {.topic = topic, .key = all_bytes, .value = all_bytes, .headers = {{"binary", all_bytes}}},
            {.topic = topic, .key = "k", .value = "", .headers = {{"empty", ""}, {"größe", "名前"}}},
            {.topic = topic, .key = "k", .value = std::string(200'000, 'v'), .headers = {{"same", "1"}, {"same", "2"}}},
        };
        for (const auto& d : publish_all(*log->make_publisher(), records)) REQUIRE_FALSE(d.error);
        const auto back = read_all(*log, topic);
        REQUIRE(back.size() == records.size());
        for (std::size_t i = 0; i < records.size(); ++i) {
            CAPTURE(i);
            CHECK(back[i].key == records[i].key);
            CHECK(back[i].value == records[i].value);
            REQUIRE(back[i].headers.size() == records[i].headers.size());
            for (std::size_t h = 0; h < back[i].headers.size(); ++h) {
                CHECK(back[i].headers[h].first == records[i].headers[h].name);
                CHECK(back[i].headers[h].second == records[i].headers[h].value);
            }
        }
    });
}

TEST_CASE("a record has the time of its publishing, and its last header of a name counts", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "time", 1);
        const auto before = std::chrono::system_clock::now() - 1s;
        auto out = record_of(topic, "k", "v");
        out.headers = {{"h", "1"}, {"h", "2"}};
        REQUIRE_FALSE(publish(*log->make_publisher(), out).error);
        auto reader = log->make_reader({topic}, {});
        const deadline limit;
        std::vector<ports::record> records;
        while (records.empty() && !limit.passed()) records = reader->read(100ms);
        REQUIRE(records.size() == 1);
        CHECK(records[0].time > before);
        CHECK(records[0].time < std::chrono::system_clock::now() + 1s);
        CHECK(records[0].header("h") == "2");
        CHECK_FALSE(records[0].header("x"));
    });
}

TEST_CASE("a key belongs to the partition that Java's murmur2 gives", "[contract]") {
    on_every_log([](const fixture& f) {
        // (murmur2(key) & 0x7fffffff) % 12, computed by kafka-python
        const std::pair<std::string, std::int32_t> expected[] = {
            {"", 9},        {"a", 4},
            {"ab", 2},      {"abc", 3},
            {"abcd", 8},    {"abcde", 1},
            {"u-123", 5},   {"user-1", 8},
            {"user-2", 8},  {"user-3", 11},
            {"user-42", 4}, {"7", 3},
            {"42", 4},      {"algebra-1", 9},
            {"lsat-6", 5},  {"student@example.org", 4},
            {"Zoë", 10},    {"0190f3c1-6d0b-7d5e-9a55-0c1f6a7d9b10", 11},
            {"größe", 8},   {"пользователь", 8},
            {"名前", 10},   {"🎓", 6},
            {"a b\tc", 11}, {std::string(200, 'x'), 1},
        };
        auto log = f.open();
        const auto topic = make_topic(*log, "murmur2", 12);
        auto publisher = log->make_publisher();
        for (const auto& [key, partition] : expected) {
            CAPTURE(key);
            const auto d = publish(*publisher, record_of(topic, key, "v"));
            REQUIRE_FALSE(d.error);
            CHECK(d.partition == partition);
        }
    });
}

TEST_CASE("a record goes to the partition it names", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "explicit", 5);
        auto publisher = log->make_publisher();
        for (std::int32_t p = 0; p < 5; ++p) {
            auto record = record_of(topic, "the same key", "v");
            record.partition = p;
            CHECK(publish(*publisher, record).partition == p);
        }
    });
}

TEST_CASE("a full queue refuses at once and takes again later", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open({.queue_records = 100});
        const auto topic = make_topic(*log, "full", 2);
        auto publisher = log->make_publisher();
        constexpr int tries = 20'000;
        std::atomic<int> taken = 0;
        std::atomic<int> refused = 0;
        std::atomic<int> failed = 0;
        for (int i = 0; i < tries; ++i)
            publisher->publish(record_of(topic, "k" + std::to_string(i), std::string(1000, 'v')),
                               [&](const ports::delivery& d) {
                                   if (!d.error)
                                       ++taken;
                                   else if (d.error == ports::log_errc::queue_full)
                                       ++refused;
                                   else
                                       ++failed;
                               });
        REQUIRE(publisher->flush(patience));
        CHECK(refused > 0);
        CHECK(failed == 0);
        CHECK(taken + refused == tries); // each was told once
        CHECK_FALSE(publish(*publisher, record_of(topic, "k", "after")).error);
        CHECK(read_all(*log, topic).size() == static_cast<std::size_t>(taken) + 1); // and nothing refused was written
    });
}

TEST_CASE("an oversized record is refused and leaves nothing", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "large", 1);
        auto publisher = log->make_publisher();
        CHECK(publish(*publisher, record_of(topic, "k", std::string(2'000'000, 'v'))).error ==
              ports::log_errc::too_large);
        CHECK_FALSE(publish(*publisher, record_of(topic, "k", std::string(900'000, 'v'))).error);
        CHECK(read_all(*log, topic).size() == 1);
    });
}
