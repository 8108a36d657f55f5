// What a note tells beside the bitmap: the clean mark and failed attempts.
#include "worker/note.hpp"

#include "support/catch.hpp"
#include "worker/finished_offsets.hpp"

using namespace gradesvc::worker;

TEST_CASE("the clean mark and failed attempts come back as they were written") {
    const std::vector<std::uint8_t> bitmap{6};
    const failed_attempts attempts{{0, 4}, {7, 1}, {23'000, 2}};
    CHECK(make_note({}) == "");
    CHECK(make_note({}, true) == "1::c");
    CHECK(make_note(bitmap, true, attempts) == "1:Bg:c:r=0,4;7,1;23000,2");
    const auto told = read_note(make_note(bitmap, true, attempts));
    REQUIRE(told);
    CHECK(told->bitmap == bitmap);
    CHECK(told->clean);
    CHECK(told->attempts == attempts);
    CHECK_FALSE(read_note("1:Bg")->clean);
    CHECK_FALSE(read_note("")->clean);
}

TEST_CASE("a damaged list of attempts counts as far as it goes, and unknown fields are passed over") {
    CHECK(read_note("1:Bg:r=1,2;x")->attempts == failed_attempts{{1, 2}});
    CHECK(read_note("1:Bg:r=1,2;3")->attempts == failed_attempts{{1, 2}});
    CHECK(read_note("1:Bg:r=1,0")->attempts.empty());
    CHECK(read_note("1:Bg:r=-1,1")->attempts.empty());
    CHECK(read_note("1:Bg:r=99999999999999999999,1")->attempts.empty());
    CHECK(read_note("1:Bg:r=")->attempts.empty());
    CHECK(read_note("1:Bg:x=1:c:y")->clean);
    CHECK_FALSE(read_note("1:Bg:clean")->clean);
}

TEST_CASE("a note never outgrows the log: the attempts nearest to the position are told") {
    failed_attempts many;
    for (int i = 0; i < 2000; ++i) many.emplace(i * 10, 3);
    const auto note = make_note({}, true, many);
    CHECK(note.size() <= gradesvc::ports::max_note);
    const auto told = read_note(note).value().attempts;
    CHECK(told.size() > 400);
    CHECK(told.rbegin()->first == static_cast<std::int64_t>(told.size() - 1) * 10);

    finished_offsets full(1000);
    for (std::int64_t o = 1000; o < 1000 + max_span; ++o) full.deliver(o);
    for (std::int64_t o = 1001; o < 1000 + max_span; o += 2) full.finish(o);
    const auto longest = full.note(true, {{900, 2}, {1000, 4}, {1002, 1}});
    CHECK(longest.size() <= gradesvc::ports::max_note);
    CHECK(read_note(longest)->attempts == failed_attempts{{0, 4}, {2, 1}});
}
