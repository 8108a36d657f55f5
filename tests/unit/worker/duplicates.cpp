// Submissions that come again, and lost positions, in a running worker.
#include "checks.hpp"
#include "outcome_store.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using domain::submission_id;

namespace {

ports::time_ms now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

submission_id keyed(std::string_view name) { return submission_id::v5(name); }

/// Records whose value is the id; outcomes are kept in the store as the log would.
worker::settle_function by_id() {
    return [](const ports::record& r) {
        auto s = result_of(r, std::string(r.value));
        s.id = submission_id::parse(r.value);
        return s;
    };
}

worker::options deduplicating(int threads = 2) {
    auto how = running_worker::quick(threads);
    how.dedup_window = 24h;
    return how;
}

std::multiset<std::string> values(const fake_log& log) {
    std::multiset<std::string> all;
    for (const auto& o : log.committed()) all.insert(o.value);
    return all;
}

bool at(const fake_log& log, std::int32_t partition, std::int64_t position) {
    return log.checkpoint(partition).position == position;
}

} // namespace

TEST_CASE("of records with one id the first has a result, the others move the position on") {
    fake_log log;
    outcome_store store(1);
    const auto twice = keyed("twice").to_string();
    log.append(0, "ann", twice);
    log.append(0, "bob", keyed("once").to_string());
    log.append(0, "ann", twice);
    running_worker w(log, deduplicating(), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return at(log, 0, 3); }));
    log.append(0, "ann", twice);
    REQUIRE(eventually([&] { return at(log, 0, 4); }));
    w.stop();
    CHECK(values(log) == std::multiset<std::string>{twice, keyed("once").to_string()});
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_duplicates_total 2"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_submissions_scored_total 2"));
    CHECK(log.live_records == 0);
}

TEST_CASE("an id whose result or dead letter is in the log is recognised, however old within the window") {
    fake_log log;
    outcome_store store(2);
    store.result(0, 0, "/1", keyed("old"), now() - 23h);
    store.result(1, 1, "/1", keyed("elsewhere"));
    store.letter(0, 1, keyed("dead"));
    for (const auto* name : {"old", "dead", "new", "elsewhere"}) log.append(0, name, keyed(name).to_string());
    log.checkpoints[0] = {0, 0, ""};
    running_worker w(log, deduplicating(), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return at(log, 0, 4); }));
    w.stop();
    CHECK(values(log) == std::multiset<std::string>{keyed("new").to_string(), keyed("elsewhere").to_string()});
}

TEST_CASE("a fresh id waits for the newest outcomes only; one that may be older waits alone with its user") {
    fake_log log;
    outcome_store store(1);
    store.result(0, 0, "/1", keyed("old"), now() - 20h);
    store.result(0, 1, "/1", keyed("recent"), now() - 10s);
    store.hold_before(now() - 1h); // older ones cannot be read yet
    const auto fresh = submission_id::v7(now(), {1, 1}).to_string();
    const auto next = submission_id::v7(now(), {2, 2}).to_string();
    log.append(0, "ann", keyed("unknown").to_string());
    log.append(0, "ann", next); // behind the one that waits
    log.append(0, "bob", fresh);
    log.append(0, "cid", keyed("recent").to_string());
    log.append(0, "dan", keyed("old").to_string());
    log.checkpoints[0] = {0, 0, ""};
    running_worker w(log, deduplicating(3), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 1; }));
    CHECK(log.committed()[0].value == fresh);
    CHECK(eventually([&] { return w.exposed().find("gradesvc_duplicates_total 1") != std::string::npos; }));
    CHECK(log.count() == 1);
    CHECK(at(log, 0, 0));
    store.hold_before({});
    REQUIRE(eventually([&] { return at(log, 0, 5); }));
    w.stop();
    const auto all = log.committed();
    REQUIRE(all.size() == 3);
    CHECK(all[1].value == keyed("unknown").to_string());
    CHECK(all[2].value == next);
}

TEST_CASE("a clock that goes back after everything is known makes nothing wait") {
    fake_log log;
    outcome_store store(1);
    log.append(0, "ann", keyed("first").to_string());
    log.checkpoints[0] = {0, 0, ""};
    running_worker w(log, deduplicating(), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return at(log, 0, 1); })); // the whole window is read: such an id has no time
    w.clock().shift = -10min;
    log.append(0, "ann", keyed("second").to_string());
    log.append(0, "bob", submission_id::v7(now(), {1, 1}).to_string());
    CHECK(eventually([&] { return at(log, 0, 3); }));
    w.stop();
    CHECK(log.count() == 3);
}

TEST_CASE("what waits to be judged holds up neither a drain nor a revocation, and is left to the next owner") {
    fake_log log;
    outcome_store store(1);
    store.result(0, 0, "/1", keyed("old"), now() - 20h);
    store.hold_before(now() - 1h);
    std::atomic<int> settled = 0;
    for (int i = 0; i < 20; ++i) log.append(0, "user " + std::to_string(i), keyed(std::to_string(i)).to_string());
    auto how = deduplicating();
    how.revoke_grace = 20s;
    running_worker w(
        log, how,
        [&](const ports::record& r) {
            ++settled;
            return by_id()(r);
        },
        {}, &store);
    log.checkpoints[0] = {0, 0, ""};
    log.assign({0});
    REQUIRE(eventually([&] { return settled == 20; }));
    const bool drained = GENERATE(false, true);
    if (drained) {
        w.stop(); // hangs until the drain time otherwise
        CHECK(log.count() == 0);
        CHECK(log.left);
        return;
    }
    log.revoke({0});
    REQUIRE(eventually([&] { return log.releases == 1; }, 10s));
    CHECK(log.count() == 0);
    store.hold_before({});
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 20; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("records that wait to be judged count as in flight, and the partition pauses") {
    fake_log log;
    outcome_store store(1);
    store.result(0, 0, "/1", keyed("old"), now() - 20h);
    store.hold_before(now() - 1h);
    log.poll_limit = 50;
    auto how = deduplicating();
    how.max_records_in_flight = 200;
    for (int i = 0; i < 1000; ++i) log.append(0, std::nullopt, keyed(std::to_string(i)).to_string());
    log.checkpoints[0] = {0, 0, ""};
    running_worker w(log, how, by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return log.is_paused(0); }));
    CHECK(log.live_records <= 250);
    store.hold_before({});
    REQUIRE(eventually([&] { return log.count() == 1000; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("what was not committed when its partition went is no duplicate when it comes again") {
    fake_log log;
    outcome_store store(1);
    std::atomic<bool> refuse = true;
    log.on_commit = [&](auto, auto) -> ports::commit_result {
        if (refuse) return {ports::log_errc::unavailable, 0};
        return {};
    };
    log.append(0, "ann", keyed("a").to_string());
    running_worker w(log, deduplicating(), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return log.polls > 3; }));
    log.expel({0});
    refuse = false;
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 1; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("with a window of 0 nothing is recognised and nothing is waited for") {
    fake_log log;
    outcome_store store(1);
    store.result(0, 0, "/1", keyed("old"), now() - 20h);
    log.append(0, "ann", keyed("old").to_string());
    log.append(0, "ann", keyed("old").to_string());
    log.checkpoints[0] = {0, 0, ""};
    running_worker w(log, running_worker::quick(1), by_id(), {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 2; }));
    w.stop();
    CHECK(store.records_read() == 0);
}

TEST_CASE("a partition without position goes on after the outcomes that came of it") {
    fake_log log;
    log.fresh = true;
    outcome_store store(2);
    for (int i = 0; i < 10; ++i) {
        log.append(0, "user " + std::to_string(i % 3), "x");
        log.append(1, "user " + std::to_string(i % 3), "x");
    }
    for (const int offset : {0, 1, 2, 3, 5, 8}) store.result(0, offset);
    store.letter(0, 6);
    constexpr int flood = 2000;
    const auto gate = GENERATE(false, true);
    if (gate) store.hold_before(now() + 1h); // nothing can be read for now
    auto how = running_worker::quick(2);     // no window: that is another matter
    running_worker w(
        log, how, [](const ports::record& r) { return result_of(r); }, {}, &store);
    log.assign({0, 1});
    if (gate) {
        for (int i = 0; i < flood; ++i) log.append(1, "user", "x");
        REQUIRE(eventually([&] { return log.is_paused(1) && log.polls > 10; }));
        CHECK_FALSE(log.is_paused(0)); // the few that came wait in memory
        CHECK(log.count() == 0);
        CHECK_FALSE((*w).ready());
        store.hold_before({});
    }
    const int more = gate ? flood : 0;
    REQUIRE(eventually([&] { return at(log, 0, 10) && at(log, 1, 10 + more); }));
    CHECK_FALSE(log.is_paused(1));
    CHECK(eventually([&] { return (*w).ready(); }));
    w.stop();
    std::multiset<std::int64_t> first;
    std::multiset<std::int64_t> second;
    for (const auto& o : log.committed()) (o.partition == 0 ? first : second).insert(o.source);
    CHECK(first == std::multiset<std::int64_t>{4, 7, 9});
    CHECK(second.size() == static_cast<std::size_t>(10 + more));
    CHECK(log.live_records == 0);
}

TEST_CASE("a partition that goes while its position is being recovered is not held") {
    fake_log log;
    log.fresh = true;
    outcome_store store(1);
    store.result(0, 0);
    store.hold_before(now() + 1h);
    log.append(0, "ann", "x");
    log.append(0, "ann", "x");
    running_worker w(
        log, running_worker::quick(1), [](const ports::record& r) { return result_of(r); }, {}, &store);
    log.assign({0});
    REQUIRE(eventually([&] { return log.live_records == 2 && log.polls > 10; }));
    log.revoke({0});
    REQUIRE(eventually([&] { return log.releases == 1; }));
    store.hold_before({});
    log.checkpoints[0] = {0, 1, ""}; // another one has it now
    log.assign({0});
    REQUIRE(eventually([&] { return at(log, 0, 2); }));
    w.stop();
    CHECK(log.count() == 1);
}

TEST_CASE("when the log goes back its records are judged by id, not passed over") {
    fake_log log;
    outcome_store store(1);
    log.checkpoints[0] = {0, 100, ""}; // the log was cut off or made anew below the position
    for (const auto* name : {"a", "b", "c"}) log.append(0, name, keyed(name).to_string());
    store.result(0, 57, "/1", keyed("b"));
    running_worker w(log, deduplicating(), by_id(), {}, &store);
    log.reset_beyond_end = true;
    log.assign({0});
    REQUIRE(eventually([&] { return at(log, 0, 3); }));
    w.stop();
    CHECK(values(log) == std::multiset<std::string>{keyed("a").to_string(), keyed("c").to_string()});
}
