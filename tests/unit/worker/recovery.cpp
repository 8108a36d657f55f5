#include "worker/recovery.hpp"

#include "outcome_store.hpp"
#include "support/catch.hpp"

#include <random>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace gradesvc::worker;

TEST_CASE("without outcomes a partition begins at its earliest record") {
    const recovered_offsets none(100);
    CHECK_FALSE(none.enough());
    CHECK(none.result(7).position() == 7);
    CHECK(none.result(7).note().empty());
}

TEST_CASE("the position is the first offset without outcome, what is beyond is noted") {
    recovered_offsets found(100);
    for (const std::int64_t offset : {4, 2, 0, 1, 7}) found.add(offset);
    const auto offsets = found.result(0);
    CHECK(offsets.position() == 3);
    for (const std::int64_t offset : {0, 1, 2, 4, 7}) CHECK(offsets.is_finished(offset));
    for (const std::int64_t offset : {3, 5, 6, 8}) CHECK_FALSE(offsets.is_finished(offset));
}

TEST_CASE("what is a span below the highest outcome is finished, whether its outcome was seen or not") {
    recovered_offsets found(100);
    found.add(1000);
    CHECK(found.result(0).position() == 901);
    CHECK(found.result(950).position() == 950); // what is before was deleted
    CHECK_FALSE(found.enough());
    found.add(801);
    CHECK_FALSE(found.enough());
    found.add(800);
    CHECK(found.enough());
}

TEST_CASE("for any order in which an owner can finish, reading back two spans recovers what is finished") {
    constexpr std::int64_t span = 50;
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U, 5U));
    finished_offsets owner(0, span);
    std::vector<std::int64_t> log; // sources in the order of their outcomes
    const auto count = static_cast<std::int64_t>(300 + random() % 700);
    while (static_cast<std::int64_t>(log.size()) < count) {
        const auto offset = owner.position() + static_cast<std::int64_t>(random() % span);
        if (!owner.admits(offset) || owner.is_finished(offset)) continue;
        owner.finish(offset);
        log.push_back(offset);
    }
    recovered_offsets found(span);
    for (auto it = log.rbegin(); it != log.rend() && !found.enough(); ++it) found.add(*it);
    const auto again = found.result(0);
    CHECK(again.position() == owner.position());
    CHECK(again.note() == owner.note());
}

TEST_CASE("positions are recovered from results and dead letters, each partition its own") {
    outcome_store store(2);
    for (const std::int64_t offset : {0, 1, 3}) store.result(0, offset);
    store.letter(0, 2);
    store.letter(1, 1);
    store.result(1, 0, "/2"); // a later revision tells nothing
    const app::topics names;
    outcome_log log(store, names, [] { return false; });
    const auto found = recover(log, {{0, 0}, {1, 0}});
    REQUIRE(found.size() == 2);
    CHECK(found.at(0).position() == 4);
    CHECK(found.at(1).position() == 0);
    CHECK(found.at(1).is_finished(1));
}

TEST_CASE("long logs are read back as far as it takes, in growing chunks") {
    outcome_store store(1);
    const std::int64_t count = 6 * max_span;
    for (std::int64_t offset = 0; offset < count; ++offset)
        if (offset != count - 5) store.result(0, offset);
    const app::topics names;
    outcome_log log(store, names, [] { return false; });
    const auto found = recover(log, {{0, 0}});
    CHECK(found.at(0).position() == count - 5);
    CHECK(found.at(0).is_finished(count - 1));
    CHECK(store.records_read() >= static_cast<std::size_t>(2 * max_span));
    CHECK(store.records_read() < static_cast<std::size_t>(5 * max_span));
}

TEST_CASE("a recovery that is stopped finds nothing") {
    outcome_store store(1);
    store.result(0, 0);
    const app::topics names;
    outcome_log log(store, names, [] { return true; });
    CHECK(recover(log, {{0, 0}}).empty());
}
