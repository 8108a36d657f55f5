#include "audit/ledger.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <set>

namespace {

using namespace gradesvc;
using namespace gradesvc::audit;

constexpr auto exactly_once = ports::delivery_mode::exactly_once;
constexpr auto at_least_once = ports::delivery_mode::at_least_once;

domain::submission_id id_of(int number) { return domain::submission_id::v5(std::to_string(number)); }

ports::time_ms at_second(std::int64_t s) { return ports::time_ms(std::chrono::seconds(s)); }

/// What was found, without views.
struct found_one {
    finding_kind kind;
    std::string id, test;
    std::int64_t offset, outcome;
    bool operator==(const found_one&) const = default;
    auto operator<=>(const found_one&) const = default;
};

/// A ledger of partition 3 with one test, "t".
struct book {
    test_names tests;
    std::vector<found_one> found;
    ledger entries;
    std::set<std::int64_t> unfinished;

    explicit book(ports::delivery_mode mode = exactly_once)
        : entries(3, mode, tests, [this](const finding& f) {
              found.push_back(
                  {f.kind, f.id.to_string(), std::string(f.test_id), f.offset, f.outcome ? f.outcome->offset : -1});
          }) {}

    void submitted(int id, std::int64_t offset, std::uint64_t user = 1, bool replay = false) {
        entries.add({.id = id_of(id),
                     .offset = offset,
                     .time = at_second(1000 + offset),
                     .user = user,
                     .test = tests.of("t"),
                     .replay = replay});
    }
    static outcome_record result(int id, std::optional<std::int64_t> source, std::int64_t offset,
                                 std::int64_t revision = 1) {
        return {.id = id_of(id), .at = {outcome_kind::result, 3, offset}, .source = source, .revision = revision};
    }
    static outcome_record letter(int id, std::int64_t source, std::int64_t offset, bool of_replay = false) {
        return {
            .id = id_of(id), .at = {outcome_kind::dead_letter, 0, offset}, .source = source, .of_replay = of_replay};
    }
    counts settle(std::optional<ports::time_ms> expired = {}) {
        entries.settle([this](std::int64_t offset) { return !unfinished.contains(offset); }, expired);
        counts sums;
        for (const auto& one : entries.by_test()) sums += one;
        CHECK(sums.accepted == sums.scored + sums.dead + sums.in_flight + sums.missing + sums.expired);
        return sums;
    }
};

found_one expected(finding_kind kind, int id, std::int64_t offset, std::int64_t outcome = -1) {
    return {kind, id_of(id).to_string(), "t", offset, outcome};
}

} // namespace

TEST_CASE("what has an outcome each is in order") {
    book b;
    for (int i = 0; i < 4; ++i) b.submitted(i, 10 + i, static_cast<std::uint64_t>(i));
    b.unfinished = {13};
    b.entries.close(10);
    b.entries.add(book::result(1, 11, 0));
    b.entries.add(book::result(0, 10, 1));
    b.entries.add(book::letter(2, 12, 0));
    const auto sums = b.settle();
    CHECK(b.found.empty());
    CHECK(sums.accepted == 4);
    CHECK(sums.scored == 2);
    CHECK(sums.dead == 1);
    CHECK(sums.in_flight == 1);
    CHECK(sums.oldest_in_flight == at_second(1013));
    CHECK(sums.faults() == 0);
}

TEST_CASE("a submission that the group has passed without an outcome is missing") {
    book b;
    b.submitted(0, 0);
    b.submitted(1, 1);
    b.entries.close(0);
    b.entries.add(book::result(0, 0, 0));
    CHECK(b.settle().missing == 1);
    CHECK(b.found == std::vector{expected(finding_kind::missing, 1, 1)});
}

TEST_CASE("where outcomes have expired, older submissions prove nothing") {
    book b;
    b.submitted(0, 0);
    b.submitted(1, 1);
    b.entries.close(0);
    const auto sums = b.settle(at_second(1000));
    CHECK(sums.expired == 1);
    CHECK(b.found == std::vector{expected(finding_kind::missing, 1, 1)});
}

TEST_CASE("outcomes of expired submissions are counted apart; a retry that is held has its outcome in them") {
    book b;
    b.submitted(7, 20);
    b.entries.close(20);
    b.entries.add(book::result(6, 3, 0));
    b.entries.add(book::result(7, 4, 1));
    const auto sums = b.settle();
    CHECK(b.found.empty());
    CHECK(sums.orphans == 1);
    CHECK(sums.scored == 1);
}

TEST_CASE("the same first outcome again is a double, under at-least-once a repetition") {
    const auto mode = GENERATE(exactly_once, at_least_once);
    book b(mode);
    b.submitted(0, 0);
    b.submitted(1, 1);
    b.entries.close(0);
    b.entries.add(book::result(0, 0, 0));
    b.entries.add(book::letter(1, 1, 0));
    b.entries.add(book::result(0, 0, 1));
    b.entries.add(book::letter(1, 1, 1));
    const auto sums = b.settle();
    const auto kind = mode == exactly_once ? finding_kind::doubled : finding_kind::repeated;
    CHECK(b.found == std::vector{expected(kind, 0, 0, 1), expected(kind, 1, 1, 1)});
    CHECK(sums.faults() == (mode == exactly_once ? 2 : 0));
    CHECK(sums.repeated == (mode == exactly_once ? 0 : 2));
    CHECK(sums.scored == 1);
    CHECK(sums.dead == 1);
}

TEST_CASE("a result and a dead letter, or two records of one id scored, are doubles under at-least-once too") {
    book b(at_least_once);
    b.submitted(0, 0);
    b.submitted(1, 1);
    b.submitted(1, 2);
    b.entries.close(0);
    b.entries.add(book::result(0, 0, 0));
    b.entries.add(book::letter(0, 0, 5));
    b.entries.add(book::result(1, 1, 1));
    b.entries.add(book::result(1, 2, 2));
    CHECK(b.settle().doubled == 2);
    CHECK(b.found == std::vector{expected(finding_kind::doubled, 0, 0, 5), expected(finding_kind::doubled, 1, 1, 2)});
}

TEST_CASE("duplicates have their outcome in another record, and are not missing") {
    book b;
    b.submitted(0, 0);
    b.submitted(0, 1);
    b.submitted(0, 2);
    b.unfinished = {2};
    b.entries.close(0);
    b.entries.add(book::result(0, 0, 0));
    const auto sums = b.settle();
    CHECK(b.found.empty());
    CHECK(sums.accepted == 1);
    CHECK(sums.scored == 1);
    CHECK(sums.duplicates == 2);
}

TEST_CASE("replays and later revisions are no doubles; the same one twice is") {
    book b;
    b.submitted(0, 0);
    b.submitted(1, 1);
    b.submitted(0, 2, 1, true);
    b.submitted(0, 3, 1, true);
    b.entries.close(0);
    b.entries.add(book::letter(0, 0, 0));
    b.entries.add(book::letter(0, 2, 1, true));
    b.entries.add(book::result(1, 1, 0));
    auto replayed = book::result(0, 3, 1, 2);
    replayed.of_replay = true;
    b.entries.add(replayed);
    replayed.at.offset = 5;
    b.entries.add(replayed);
    b.entries.add(book::result(1, 1, 2, 2));
    b.entries.add(book::result(1, 1, 3, 3));
    b.entries.add(book::result(1, 1, 4, 3));
    const auto sums = b.settle();
    CHECK(b.found == std::vector{expected(finding_kind::doubled, 0, 0, 5), expected(finding_kind::doubled, 1, 1, 4)});
    CHECK(sums.scored == 2);
    CHECK(sums.dead == 0);
    CHECK(sums.replays == 2);
    CHECK(sums.duplicates == 0);
}

TEST_CASE("a dead letter that was given up counts as dead and discarded") {
    book b;
    b.submitted(0, 0);
    b.entries.close(0);
    auto letter = book::letter(0, 0, 0);
    letter.discarded = true;
    b.entries.add(letter);
    const auto sums = b.settle();
    CHECK(sums.dead == 1);
    CHECK(sums.discarded == 1);
    CHECK(sums.faults() == 0);
}

TEST_CASE("results of one user out of the order of the submissions are told, those of others and of nobody are not") {
    book b;
    b.submitted(0, 0, 1);
    b.submitted(1, 1, 1);
    b.submitted(2, 2, 2);
    b.submitted(3, 3, 0);
    b.submitted(4, 4, 0);
    b.entries.close(0);
    b.entries.add(book::result(2, 2, 0));
    b.entries.add(book::result(4, 4, 1));
    b.entries.add(book::result(3, 3, 2));
    b.entries.add(book::result(1, 1, 3));
    b.entries.add(book::result(0, 0, 4));
    CHECK(b.settle().out_of_order == 1);
    CHECK(b.found == std::vector{expected(finding_kind::order, 1, 1)});
}

TEST_CASE("an outcome of a submission that never was, or of another one, is stray") {
    book b;
    b.submitted(0, 0);
    b.submitted(1, 5);
    b.entries.close(0);
    b.entries.add(book::result(0, 0, 0));
    b.entries.add(book::result(9, 3, 1));  // no record there
    b.entries.add(book::result(8, 0, 2));  // of another id
    b.entries.add(book::result(7, {}, 3)); // names none
    b.entries.add(book::result(1, {}, 4)); // by its id alone
    auto elsewhere = book::result(6, 5, 5);
    elsewhere.misplaced = true;
    b.entries.add(elsewhere);
    const auto sums = b.settle();
    CHECK(sums.stray == 4);
    CHECK(sums.scored == 2);
    CHECK(sums.faults() == 4);
    REQUIRE(b.found.size() == 4);
    CHECK(b.found[0] == found_one{finding_kind::stray, id_of(9).to_string(), "", -1, 1});
}

TEST_CASE("tests beyond the numbers there are count together") {
    test_names tests;
    for (int i = 0; i < 70'000; ++i) tests.of("t" + std::to_string(i));
    CHECK(tests.size() == 65'536);
    CHECK(tests.of("t0") == 1);
    CHECK(tests.of("t65534") == 65'535);
    CHECK(tests.of("t69999") == test_names::none);
}
