// The values behind the recognition of submissions that come again: id_set, recent_ids, known_outcomes.
#include "worker/known_outcomes.hpp"

#include "support/catch.hpp"

#include <random>
#include <set>

using namespace gradesvc;
using namespace gradesvc::worker;
using namespace std::chrono_literals;
using domain::submission_id;

namespace {

const ports::time_ms noon{std::chrono::hours(500'000)};

submission_id keyed(int n) { return submission_id::v5("key " + std::to_string(n)); }
submission_id made_at(ports::time_ms when, std::uint64_t n = 1) { return submission_id::v7(when, {n, n}); }

} // namespace

TEST_CASE("an id set holds what was put in, whatever the order and size") {
    id_set set;
    std::set<submission_id> model;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto id = keyed(static_cast<int>(random() % 8'000));
        CHECK(set.contains(id) == model.contains(id));
        CHECK(set.insert(id) == model.insert(id).second);
        REQUIRE(set.size() == model.size());
    }
    CHECK_FALSE(set.contains(keyed(8'000)));
}

TEST_CASE("the nil id is an id like any other") {
    id_set set;
    CHECK_FALSE(set.contains(submission_id()));
    CHECK(set.insert(submission_id()));
    CHECK_FALSE(set.insert(submission_id()));
    CHECK(set.contains(submission_id()));
    CHECK(set.size() == 1);
}

TEST_CASE("an id takes at most 37 bytes") {
    id_set set;
    for (int i = 0; i < 100'000; ++i) {
        set.insert(keyed(i));
        if (set.size() >= 100) REQUIRE(set.bytes() <= set.size() * 37);
    }
}

TEST_CASE("ids that differ in one byte only are spread") {
    id_set set; // a hash that took them for one another would need hours
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint32_t i = 1; i < 200'000; ++i) {
        for (std::size_t b = 0; b < 4; ++b) bytes[12 + b] = static_cast<std::uint8_t>(i >> (8 * b));
        REQUIRE(set.insert(submission_id(bytes)));
    }
}

TEST_CASE("ids are known for the window and at most an eighth longer") {
    recent_ids ids(24h);
    for (int hour = 0; hour < 48; ++hour) ids.add(keyed(hour), noon + std::chrono::hours(hour));
    const auto now = noon + 47h;
    ids.expire(now);
    for (int hour = 0; hour < 48; ++hour) {
        CAPTURE(hour);
        if (47 - hour <= 24) CHECK(ids.contains(keyed(hour)));
        if (47 - hour > 27) CHECK_FALSE(ids.contains(keyed(hour)));
    }
    ids.expire(now + 28h);
    CHECK(ids.size() == 0);
    CHECK(ids.bytes() == 0);
}

TEST_CASE("nothing can be judged before outcomes are known, but what was seen") {
    known_outcomes known(24h);
    known.gain(3);
    CHECK(known.judge(3, made_at(noon), noon) == judgement::unknown);
    known.found(3, keyed(1), noon - 1h);
    CHECK(known.judge(3, keyed(1), noon) == judgement::duplicate);
    CHECK(known.judge(4, keyed(1), noon) == judgement::unknown); // another partition
}

TEST_CASE("an id is judged once outcomes are known back to when it can first have been used") {
    known_outcomes known(24h);
    const auto turn = known.gain(0);
    known.known_since(0, turn, noon - 2min);
    CHECK(known.judge(0, made_at(noon - 10s), noon) == judgement::fresh);
    CHECK(known.judge(0, made_at(noon - 115s), noon) == judgement::unknown); // clocks differ by seconds
    CHECK(known.judge(0, keyed(1), noon) == judgement::unknown);
    CHECK(known.judge(0, made_at(noon + 10min), noon) == judgement::unknown); // from a clock that goes wrong
    known.known_since(0, turn, noon - 1h);
    CHECK(known.judge(0, made_at(noon - 115s), noon) == judgement::fresh);
    CHECK(known.judge(0, keyed(1), noon) == judgement::unknown);
    known.known_since(0, turn, noon - 24h);
    CHECK(known.judge(0, keyed(1), noon) == judgement::fresh);
    CHECK(known.judge(0, made_at(noon - 30h), noon) == judgement::fresh); // nothing older matters
    CHECK(known.judge(0, made_at(noon + 10min, 2), noon) == judgement::fresh);
}

TEST_CASE("a claimed id is a duplicate until its partition goes, a committed one afterwards too") {
    known_outcomes known(24h);
    known.known_since(0, known.gain(0), noon - 24h);
    CHECK(known.judge(0, keyed(1), noon) == judgement::fresh);
    CHECK(known.judge(0, keyed(1), noon) == judgement::duplicate);
    CHECK(known.judge(0, keyed(2), noon) == judgement::fresh);
    const std::vector committed{keyed(2)};
    known.committed(0, committed, noon);
    known.drop(0);
    known.known_since(0, known.gain(0), noon - 24h);
    CHECK(known.judge(0, keyed(1), noon) == judgement::fresh);
    CHECK(known.judge(0, keyed(2), noon) == judgement::duplicate);
}

TEST_CASE("what was known of an earlier turn has to be completed first") {
    known_outcomes known(24h);
    const auto first = known.gain(0);
    known.known_since(0, first, noon - 24h);
    known.drop(0);
    CHECK_FALSE(known.holds(0, first));
    const auto second = known.gain(0);
    CHECK(known.judge(0, keyed(1), noon) == judgement::unknown);
    known.known_since(0, first, noon - 24h); // comes too late
    CHECK(known.judge(0, keyed(1), noon) == judgement::unknown);
    known.known_since(0, second, noon - 24h);
    CHECK(known.judge(0, keyed(1), noon) == judgement::fresh);
}

TEST_CASE("old ids are forgotten, also those of partitions that went") {
    known_outcomes known(24h);
    known.gain(0);
    known.found(0, keyed(1), noon);
    known.gain(1);
    known.found(1, keyed(2), noon);
    known.drop(1);
    CHECK(known.size() == 2);
    CHECK(known.bytes() > 0);
    known.expire(noon + 23h);
    CHECK(known.size() == 2);
    known.expire(noon + 28h);
    CHECK(known.size() == 0);
}
