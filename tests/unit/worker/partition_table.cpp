#include "worker/partition_table.hpp"

#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::worker;
using namespace std::chrono_literals;

namespace {

ports::record record_at(std::int32_t partition, std::int64_t offset) {
    ports::record r;
    r.partition = partition;
    r.offset = offset;
    r.time = ports::time_ms(std::chrono::milliseconds(1000 + offset));
    return r;
}

outcome done(std::int32_t partition, std::int64_t offset, std::size_t bytes = 10) {
    outcome o{.source = std::make_unique<job>(), .what = verdict::finished};
    o.source->record = record_at(partition, offset);
    o.source->bytes = bytes;
    return o;
}

ports::assignment from(std::int32_t partition, std::int64_t position = 0, std::string note = {}) {
    return {partition, position, true, std::move(note)};
}

} // namespace

TEST_CASE("a window takes everything finished with a checkpoint per partition touched") {
    partition_table table(100, 10'000);
    for (const int p : {0, 1, 2}) {
        table.gain(from(p));
        for (int o = 0; o < 3; ++o) REQUIRE(table.deliver(record_at(p, o), 10));
    }
    table.finish(done(0, 0));
    table.finish(done(0, 2));
    table.finish(done(1, 0));
    CHECK(table.anything_finished());
    const auto shares = table.take_finished();
    REQUIRE(shares.size() == 2);
    CHECK(shares[0].checkpoint.position == 1);
    CHECK_FALSE(shares[0].checkpoint.note.empty());
    CHECK(shares[1].checkpoint.position == 1);
    CHECK(shares[1].checkpoint.note.empty());
    CHECK_FALSE(table.anything_finished());
    CHECK(table.records() == 9);
    for (const auto& s : shares) table.committed(s);
    CHECK(table.records() == 6);
    CHECK(table.find(0)->committed == 1);
}

TEST_CASE("a share of an earlier assignment counts for nothing") {
    partition_table table(100, 10'000);
    table.gain(from(0));
    table.deliver(record_at(0, 0), 10);
    table.finish(done(0, 0));
    const auto shares = table.take_finished();
    table.gain(from(0));
    table.deliver(record_at(0, 0), 10);
    CHECK_FALSE(table.holds(shares[0]));
    table.committed(shares[0]);
    CHECK(table.records() == 1);
}

TEST_CASE("what the note cannot tell of stays out of windows until the position has moved") {
    partition_table table(100, 10'000, 4);
    table.gain(from(0));
    for (int o = 0; o < 7; ++o) table.deliver(record_at(0, o), 10);
    CHECK(table.far_ahead() == std::vector<std::int32_t>{0});
    for (const int o : {5, 6, 3, 1}) table.finish(done(0, o));
    auto shares = table.take_finished();
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].finished.size() == 2);
    CHECK_FALSE(table.anything_finished());
    table.finish(done(0, 0));
    shares = table.take_finished();
    CHECK(shares[0].finished.size() == 2); // 0, and with it 5
    CHECK(shares[0].checkpoint.position == 2);
    table.finish(done(0, 2));
    shares = table.take_finished();
    CHECK(shares[0].checkpoint.position == 4);
    CHECK(shares[0].finished.size() == 2);
    CHECK_FALSE(table.anything_finished());
}

TEST_CASE("a partition whose records are all finished already moves its position by a commit") {
    partition_table table(100, 10'000);
    REQUIRE(table.gain(from(0, 10, "1:Bg"))); // 11 and 12
    CHECK_FALSE(table.deliver(record_at(0, 11), 10));
    CHECK(table.anything_finished());
    const auto shares = table.take_finished();
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].finished.empty());
    CHECK(shares[0].checkpoint.position == 13);
}

TEST_CASE("one partition alone may fill half of the room, and others can go on beside it") {
    partition_table table(100, 1'000'000);
    table.gain(from(0));
    table.gain(from(1));
    for (int o = 0; o < 49; ++o) table.deliver(record_at(0, o), 10);
    CHECK(table.greedy().empty());
    table.deliver(record_at(0, 49), 10);
    CHECK(table.greedy() == std::vector<std::int32_t>{0});
    table.set_paused(0, true);
    CHECK(table.may_resume().empty());
    for (int o = 0; o < 20; ++o) {
        table.deliver(record_at(0, 50 + o), 10);
        table.finish(done(0, o));
    }
    for (const auto& s : table.take_finished()) table.committed(s);
    CHECK(table.may_resume().empty()); // 50 of 100: still more than a half of what is free
    for (int o = 20; o < 40; ++o) table.finish(done(0, o));
    for (const auto& s : table.take_finished()) table.committed(s);
    CHECK(table.may_resume() == std::vector<std::int32_t>{0});
}

TEST_CASE("what is finished is to be committed once it stands in the way of reading more") {
    partition_table table(80, 1'000'000);
    table.gain(from(0));
    for (int o = 0; o < 20; ++o) table.deliver(record_at(0, o), 10);
    for (int o = 0; o < 9; ++o) table.finish(done(0, o));
    CHECK_FALSE(table.room_waits_for_commit()); // nobody is short of room
    table.finish(done(0, 9));
    CHECK(table.room_waits_for_commit()); // an eighth of all
    for (const auto& s : table.take_finished()) table.committed(s);
    CHECK_FALSE(table.room_waits_for_commit());
    for (int o = 10; o < 14; ++o) table.finish(done(0, o));
    table.set_paused(0, true);
    CHECK_FALSE(table.room_waits_for_commit()); // most of what is held is not finished
    table.finish(done(0, 14));
    CHECK(table.room_waits_for_commit());
}

TEST_CASE("a partition paused for room goes on although its note is more than half full") {
    partition_table table(100, 1'000'000, 10);
    table.gain(from(0));
    for (int o = 0; o < 8; ++o) table.deliver(record_at(0, o), 10);
    table.set_paused(0, true);
    CHECK(table.may_resume() == std::vector<std::int32_t>{0});
    for (int o = 8; o < 10; ++o) table.deliver(record_at(0, o), 10);
    table.set_paused(0, true);
    table.finish(done(0, 0));
    table.take_finished();
    CHECK(table.may_resume().empty()); // full: it waits until half of the note is free
}

TEST_CASE("large records count by their bytes") {
    partition_table table(100, 1000);
    table.gain(from(0));
    table.deliver(record_at(0, 0), 600);
    CHECK(table.greedy() == std::vector<std::int32_t>{0});
    table.drop(0);
    CHECK(table.records() == 0);
    table.gain(from(0));
    CHECK(table.greedy().empty());
}

TEST_CASE("the oldest record is the first that is not finished") {
    partition_table table(100, 10'000);
    CHECK_FALSE(table.oldest());
    table.gain(from(0));
    for (int o = 0; o < 3; ++o) table.deliver(record_at(0, o), 10);
    CHECK(table.oldest() == ports::time_ms(1000ms));
    table.finish(done(0, 0));
    table.take_finished();
    CHECK(table.oldest() == ports::time_ms(1001ms));
}

TEST_CASE("records of partitions that are not held are passed over") {
    partition_table table(100, 10'000);
    CHECK_FALSE(table.deliver(record_at(0, 0), 10));
    table.gain(from(0));
    table.find(0)->losing = true;
    CHECK_FALSE(table.deliver(record_at(0, 0), 10));
}
