#include "gradesvc/audit/audit.hpp"

#include "support/catch.hpp"
#include "unit/audit/live_log.hpp"

namespace {

using namespace gradesvc;
using namespace gradesvc::audit;
using test::live_log;
using test::stored;

struct listener : audience {
    std::vector<std::string> lines; ///< KIND PARTITION/OFFSET
    counts by_test;                 ///< sum of what was counted
    std::vector<std::string> tests;
    std::int64_t last = 0, of = 0;

    void found(const finding& f) override {
        lines.push_back(std::string(to_string(f.kind)) + ' ' + std::to_string(f.partition) + '/' +
                        std::to_string(f.offset));
    }
    void counted(std::int32_t, std::string_view test, const counts& sums) override {
        by_test += sums;
        if (sums.accepted > 0) tests.emplace_back(test);
    }
    void progress(std::int64_t records, std::int64_t of_about) override {
        CHECK(records > last);
        last = records;
        of = of_about;
    }
};

counts audit_of(live_log& log, listener& to) {
    const audit_options how{.group = "scorers",
                            .keep = std::chrono::hours(24),
                            .dedup_window = std::chrono::milliseconds(0),
                            .now = app::test::at_ms(1'777'890'000'000)};
    const auto sums = run_audit(log, log.names, how, to);
    CHECK(sums.accepted == sums.scored + sums.dead + sums.in_flight + sums.missing + sums.expired);
    CHECK(to.by_test.accepted == sums.accepted);
    CHECK(to.by_test.unreadable == sums.unreadable);
    return sums;
}

} // namespace

TEST_CASE("a log that lives gives no false alarm") {
    const auto base = std::random_device()();
    for (unsigned turn = 0; turn < 100; ++turn) {
        CAPTURE(base + turn);
        live_log log(base + turn);
        log.steps(static_cast<int>(turn * 10));
        listener to;
        const auto sums = audit_of(log, to);
        CHECK(to.lines.empty());
        CHECK(sums.faults() == 0);
    }
}

TEST_CASE("a log at rest is accounted for to the last record") {
    live_log log(1);
    log.steps(2000);
    log.settle();
    log.running = false;
    listener to;
    const auto sums = audit_of(log, to);
    CHECK(to.lines.empty());
    CHECK(sums.in_flight == 0);
    std::size_t submitted = 0, scored = 0;
    for (int p = 0; p < live_log::partitions; ++p) {
        submitted += log.size(log.names.submissions, p);
        scored += log.size(log.names.results, p);
    }
    CHECK(sums.accepted == static_cast<std::int64_t>(submitted));
    CHECK(sums.scored == static_cast<std::int64_t>(scored));
    CHECK(to.last == to.of);
    CHECK(to.tests == std::vector<std::string>{"t", "t", "t"});
}

TEST_CASE("without a committed position, what has no outcome is in flight") {
    live_log log(2);
    log.commits = false;
    log.steps(1000);
    log.settle();
    log.running = false;
    log.drop(log.names.results, 1, 3);
    listener to;
    const auto sums = audit_of(log, to);
    CHECK(to.lines.empty());
    CHECK(sums.in_flight == 1);
    CHECK(sums.oldest_in_flight.has_value());
}

TEST_CASE("a lost and a doubled result are named") {
    live_log log(3);
    log.steps(2000);
    log.settle();
    log.running = false;
    const auto lost = log.record(log.names.results, 1, 5).headers[3].value;
    log.drop(log.names.results, 1, 5);
    auto again = log.record(log.names.results, 2, 7);
    const auto doubled = again.headers[3].value;
    log.append(std::move(again));
    log.append({.topic = log.names.results, .partition = 0, .value = "no result"});
    log.append({.topic = log.names.dead_letters, .partition = 0, .value = "no dead letter"});
    listener to;
    const auto sums = audit_of(log, to);
    CHECK(to.lines == std::vector<std::string>{"missing 1/" + lost, "doubled 2/" + doubled});
    CHECK(sums.missing == 1);
    CHECK(sums.doubled == 1);
    CHECK(sums.unreadable == 2);
}

TEST_CASE("what retention has taken is not missing") {
    live_log log(4);
    log.steps(3000);
    log.settle();
    log.running = false;
    const auto expire_before = [&](const std::string& topic, std::int64_t count) {
        for (int p = 0; p < live_log::partitions; ++p) log.expire(topic, p, count);
    };
    SECTION("submissions") {
        expire_before(log.names.submissions, 10);
        listener to;
        const auto sums = audit_of(log, to);
        CHECK(to.lines.empty());
        CHECK(sums.orphans == 30);
        CHECK(sums.expired == 0);
    }
    SECTION("results, and a submission whose result can have been among them") {
        for (int p = 0; p < live_log::partitions; ++p) // a minute each
            for (std::size_t i = 0; i < log.size(log.names.results, p); ++i)
                log.record(log.names.results, p, i).time += std::chrono::minutes(i);
        expire_before(log.names.results, 10);
        listener to;
        const auto sums = audit_of(log, to);
        CHECK(to.lines.empty());
        CHECK(sums.expired == 30);
    }
    SECTION("results, but of what came after them nothing can have expired") {
        for (int p = 0; p < live_log::partitions; ++p)
            for (std::size_t i = 0; i < log.size(log.names.submissions, p); ++i)
                log.record(log.names.submissions, p, i).time += std::chrono::hours(i > 20 ? 5 : 0);
        expire_before(log.names.results, 10);
        log.drop(log.names.results, 0, log.size(log.names.results, 0) - 1);
        listener to;
        const auto sums = audit_of(log, to);
        CHECK(to.lines.size() == 1);
        CHECK(sums.missing == 1);
        CHECK(sums.expired == 30);
    }
}

TEST_CASE("records of other producers have the ids that workers give them") {
    live_log log(5);
    log.running = false;
    const app::topics names;
    log.append({.topic = names.submissions, .value = "not JSON"});
    log.append({.topic = names.submissions, .value = R"({"user_id":"u","test_id":"x","answers":{}})"});
    const auto id_at = [&](std::int64_t offset) {
        return domain::submission_id::for_position(names.submissions, 0, offset).to_string();
    };
    log.append(
        {.topic = names.dead_letters,
         .partition = 1,
         .headers = {
             {"ce_subject", id_at(0)}, {"dlq_reason", "malformed"}, {"dlq_partition", "0"}, {"dlq_offset", "0"}}});
    log.append({.topic = names.results,
                .value = R"({"submission_id":")" + id_at(1) + R"(","revision":1})",
                .headers = {{"gs_source_partition", "0"}, {"gs_source_offset", "1"}}});
    listener to;
    const auto sums = audit_of(log, to);
    CHECK(to.lines.empty());
    CHECK(sums.dead == 1);
    CHECK(sums.scored == 1);
    CHECK(to.tests == std::vector<std::string>{"", "x"});
}
