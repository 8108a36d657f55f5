// Which records of a partition are suspect, when it opens, and when it carries the clean mark.
#include "support/catch.hpp"
#include "worker/partition_table.hpp"

using namespace gradesvc;
using namespace gradesvc::worker;

namespace {

ports::record record_at(std::int64_t offset) {
    ports::record r;
    r.offset = offset;
    return r;
}

job known(const partition_table& table, std::int64_t offset) {
    job j{.record = record_at(offset)};
    table.recall(j);
    return j;
}

outcome done(std::int64_t offset) {
    outcome o{.source = std::make_unique<job>(), .what = verdict::finished};
    o.source->record = record_at(offset);
    return o;
}

const auto everybody_goes = [](std::int32_t) { return true; };

std::string note_after(partition_table& table) {
    const auto shares = table.take_finished(everybody_goes);
    return shares.empty() ? "no commit" : shares[0].checkpoint.note;
}

} // namespace

TEST_CASE("a partition with the clean mark, or never committed, opens with a commit that takes the mark away") {
    const bool committed = GENERATE(true, false);
    partition_table table(100, 10'000);
    table.gain({0, 5, committed, committed ? "1::c" : ""});
    CHECK(table.find(0)->opening);
    CHECK(table.any_opening());
    CHECK(table.anything_finished());
    table.deliver(record_at(5), 10);
    CHECK_FALSE(known(table, 5).suspect);
    const auto shares = table.take_finished();
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].checkpoint.position == 5);
    CHECK(shares[0].checkpoint.note.empty());
    CHECK_FALSE(table.anything_finished());
    CHECK(table.committed(shares[0]));
    CHECK_FALSE(table.any_opening());
    CHECK_FALSE(table.committed(shares[0]));
}

TEST_CASE("without the mark everything that was there is suspect, and nothing that came later") {
    partition_table table(100, 10'000);
    table.gain({0, 5, true, "1:Ag"});
    CHECK_FALSE(table.find(0)->opening);
    CHECK_FALSE(table.find(0)->end_known);
    CHECK_FALSE(table.anything_finished());
    CHECK(known(table, 5).suspect);
    CHECK(known(table, 5 + max_span).suspect); // a poll or two beyond the note
    CHECK_FALSE(known(table, 5 + 2 * max_span).suspect);
    table.end_known(0, 20);
    CHECK(known(table, 19).suspect);
    CHECK_FALSE(known(table, 20).suspect);
    table.end_known(0, 30);
    CHECK_FALSE(known(table, 20).suspect);
}

TEST_CASE("a partition with open suspects does not get the clean mark") {
    partition_table table(100, 10'000);
    table.gain({0, 0, true, ""});
    CHECK(note_after(table) == "no commit"); // what there may be is not known yet
    for (int o = 0; o < 3; ++o) table.deliver(record_at(o), 10);
    table.end_known(0, 2);
    table.finish(done(0));
    CHECK(note_after(table).empty());
    table.finish(done(1));
    CHECK(note_after(table) == "1::c");
    CHECK(note_after(table) == "no commit"); // it has got it
}

TEST_CASE("an accused record is suspect until it is finished") {
    partition_table table(100, 10'000);
    table.gain({0, 0, true, "1::c"});
    for (int o = 0; o < 2; ++o) table.deliver(record_at(o), 10);
    table.accuse(record_at(1));
    CHECK(known(table, 1).suspect);
    CHECK_FALSE(known(table, 0).suspect);
    CHECK(note_after(table).empty());
    table.finish(done(1));
    CHECK(note_after(table) == "1:Ag:c");
    table.accuse(record_at(1));
    CHECK(table.find(0)->clean());
}

TEST_CASE("failed attempts are noted by a commit of their own and known to the next owner") {
    partition_table table(100, 10'000);
    table.gain({0, 10, true, ""});
    for (int o = 10; o < 13; ++o) table.deliver(record_at(o), 10);
    job twice{.record = record_at(11), .attempts = 2};
    table.failed(twice);
    CHECK(table.anything_finished());
    auto shares = table.take_finished();
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].finished.empty());
    CHECK(shares[0].checkpoint.note == "1::r=1,2");
    table.finish(done(10));
    shares = table.take_finished();
    CHECK(shares[0].checkpoint.note == "1::r=0,2");

    partition_table next(100, 10'000);
    next.gain({0, 11, true, shares[0].checkpoint.note});
    CHECK(known(next, 11).attempts == 2);
    CHECK(known(next, 12).attempts == 0);
    for (int o = 11; o < 13; ++o) next.deliver(record_at(o), 10);
    next.finish(done(11));
    CHECK(next.take_finished()[0].checkpoint.note.empty());
    next.failed(twice);
    CHECK_FALSE(next.anything_finished());
}
