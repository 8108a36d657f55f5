#include "worker/finished_offsets.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <set>

using gradesvc::worker::finished_offsets;
using gradesvc::worker::make_note;
using gradesvc::worker::max_span;
using gradesvc::worker::read_note;

TEST_CASE("the position is the end of the finished prefix") {
    finished_offsets offsets(10);
    for (const int o : {10, 11, 12, 13}) CHECK(offsets.deliver(o));
    offsets.finish(12);
    offsets.finish(11);
    CHECK(offsets.position() == 10);
    CHECK(offsets.is_finished(11));
    CHECK_FALSE(offsets.is_finished(13));
    offsets.finish(10);
    CHECK(offsets.position() == 13);
    CHECK(offsets.note().empty());
}

TEST_CASE("offsets that are never delivered count as finished") {
    finished_offsets offsets(0);
    CHECK(offsets.deliver(3));
    CHECK(offsets.position() == 3);
    CHECK(offsets.deliver(1'000'000'000));
    CHECK(offsets.position() == 3);
    offsets.finish(3);
    CHECK(offsets.position() == 1'000'000'000);
}

TEST_CASE("a note tells the next owner what is finished beyond the position") {
    finished_offsets before(100);
    for (int o = 100; o < 120; ++o) before.deliver(o);
    for (const int o : {101, 105, 106, 119}) before.finish(o);
    finished_offsets after(before.position());
    REQUIRE(after.restore(before.note()));
    for (int o = 100; o < 120; ++o) CHECK(after.deliver(o) == !before.is_finished(o));
    CHECK(after.note() == before.note());
}

TEST_CASE("a damaged or unknown note counts as none") {
    for (const char* note : {"1", "2:AAAA", "1:A", "1:A*AA", "1:AB", "nonsense", "1:AAAA="}) {
        INFO(note);
        finished_offsets offsets(5);
        CHECK_FALSE(offsets.restore(note));
        CHECK(offsets.position() == 5);
        CHECK(offsets.deliver(6));
    }
    CHECK_FALSE(read_note("1:" + std::string(gradesvc::ports::max_note, 'A')));
}

TEST_CASE("fields that a note has beyond the bitmap are passed over") {
    finished_offsets offsets(0);
    CHECK(offsets.restore("1:Ag:left"));
    CHECK(offsets.is_finished(1));
    finished_offsets clean(7);
    CHECK(clean.restore("1::left"));
    CHECK(clean.position() == 7);
}

TEST_CASE("the longest note leaves room for more fields") {
    finished_offsets offsets(0);
    for (std::int64_t o = 0; o < max_span; ++o) offsets.deliver(o);
    CHECK(offsets.reach() == offsets.span());
    CHECK_FALSE(offsets.admits(max_span));
    for (std::int64_t o = 1; o < max_span; o += 2) offsets.finish(o);
    const auto note = offsets.note();
    CHECK(note.size() <= gradesvc::ports::max_note - gradesvc::worker::note_reserve);
    CHECK(max_span > 23'000);
    finished_offsets after(0);
    REQUIRE(after.restore(note));
    CHECK(after.is_finished(max_span - 1) == offsets.is_finished(max_span - 1));
    CHECK(after.note() == note);
}

TEST_CASE("notes come back as they were written") {
    std::mt19937 random(11);
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<std::uint8_t> bitmap(size);
        for (auto& b : bitmap) b = static_cast<std::uint8_t>(random());
        if (!bitmap.empty()) bitmap.back() |= 1;
        CHECK(read_note(make_note(bitmap)).value().bitmap == bitmap);
    }
}

TEST_CASE("finished offsets agree with a plain set, also over hand-overs") {
    for (unsigned seed = 1; seed <= 15; ++seed) {
        std::mt19937 random(seed);
        std::set<std::int64_t> finished;
        std::vector<std::int64_t> records;
        for (std::int64_t o = 0; records.size() < 300; ++o)
            if (random() % 10 != 0) records.push_back(o);
        finished_offsets offsets(0);
        std::size_t next = 0;
        std::vector<std::int64_t> open;
        bool right = true;
        while (finished.size() < records.size()) {
            const auto what = random() % 20;
            if (what < 8 && next < records.size()) {
                const std::int64_t o = records[next++];
                const bool wanted = offsets.deliver(o);
                right &= wanted == !finished.contains(o);
                if (wanted) open.push_back(o);
            } else if (what < 19 && !open.empty()) {
                const std::size_t i = random() % open.size();
                offsets.finish(open[i]);
                finished.insert(open[i]);
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
            } else if (what == 19) {
                finished_offsets heir(offsets.position());
                right &= heir.restore(offsets.note());
                offsets = heir;
                open.clear();
                next =
                    static_cast<std::size_t>(std::ranges::lower_bound(records, offsets.position()) - records.begin());
            }
            for (const std::int64_t o : records)
                if (o < offsets.position()) right &= finished.contains(o);
        }
        INFO("seed " << seed);
        CHECK(right);
        CHECK(offsets.position() > records.back());
    }
}

TEST_CASE("offsets before the first record that the log still has count as finished") {
    finished_offsets offsets(1000);
    offsets.expect(5000); // what stood before was deleted
    CHECK(offsets.position() == 5000);
    CHECK(offsets.deliver(5000));
    offsets.finish(5000);
    CHECK(offsets.position() == 5001);
}

TEST_CASE("records before the position are delivered again where they are expected") {
    finished_offsets offsets(10);
    offsets.expect(7);
    CHECK(offsets.position() == 10);
    CHECK_FALSE(offsets.deliver(7));
    CHECK(offsets.deliver(10));
}
