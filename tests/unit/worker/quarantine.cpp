// The worker with records that end their scorer, that fail over and over, and that do not come to an end.
#include "checks.hpp"
#include "worker/note.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using settle = running_worker::settle;

settle normal() {
    return [](const ports::record& r) { return result_of(r); };
}

void leave_mark(fake_log& log, std::int32_t partition) { log.checkpoints[partition] = {partition, 0, "1::c"}; }

std::string value_of(const fake_log& log, std::int64_t source) {
    for (const auto& o : log.committed())
        if (o.source == source) return o.value;
    return "nothing";
}

} // namespace

TEST_CASE("nothing of a partition is scored before the commit that takes the clean mark away") {
    fake_log log;
    gate commits;
    std::atomic<int> settled = 0;
    if (GENERATE(true, false))
        leave_mark(log, 0);
    else
        log.fresh = true;
    for (int i = 0; i < 10; ++i) log.append(0, "user-" + std::to_string(i));
    log.on_commit = [&](auto outputs, auto) {
        if (outputs.empty()) commits.pass();
        return ports::commit_result{};
    };
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        ++settled;
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return commits.waiting() == 1; }));
    const int polls = log.polls;
    CHECK(eventually([&] { return log.polls >= polls + 3; })); // records are delivered meanwhile
    CHECK(settled == 0);
    commits.open();
    REQUIRE(eventually([&] { return log.count() == 10; }));
    CHECK(log.windows.front() == 0);
    w.stop();
    CHECK(log.checkpoint(0).note == "1::c");
    check_exactly_once_in_order(log);
}

TEST_CASE("a partition that is taken away in peace carries the mark, also when nothing was to be done") {
    fake_log log;
    leave_mark(log, 0);
    running_worker w(log, running_worker::quick(2));
    log.assign({0, 1});
    REQUIRE(eventually([&] { return log.checkpoint(0).note.empty() && log.owns(0); }));
    log.revoke({0, 1});
    REQUIRE(eventually([&] { return log.releases == 1; }));
    CHECK(log.checkpoint(0).note == "1::c");
    CHECK(log.checkpoint(1).note.empty()); // left uncleanly before: what there was is not known
}

TEST_CASE("a partition whose job runs on carries no mark") {
    fake_log log;
    gate slow;
    auto how = running_worker::quick(2);
    how.revoke_grace = 10ms;
    leave_mark(log, 0);
    log.append(0, "ann");
    running_worker w(log, how, [&](const ports::record& r) {
        slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 1; }));
    log.revoke({0});
    REQUIRE(eventually([&] { return log.releases == 1; }));
    CHECK(log.checkpoint(0).note.empty());
    slow.open();
}

TEST_CASE("after an unclean end what was there is scored apart, what comes later is not") {
    fake_log log;
    fake_suspect_scorer::rests = 0;
    std::atomic<int> apart = 0;
    std::atomic<int> inside = 0;
    auto how = running_worker::quick(2);
    how.suspects_rest = 20ms;
    for (int i = 0; i < 100; ++i) log.append(0, "user-" + std::to_string(i % 20));
    running_worker w(
        log, how, [&](const ports::record& r) { return ++inside, result_of(r); },
        [&](const ports::record& r) { return ++apart, result_of(r); });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 100; }));
    CHECK(apart == 100);
    CHECK(inside == 0);
    for (int i = 0; i < 50; ++i) log.append(0, "user-" + std::to_string(i % 20));
    REQUIRE(eventually([&] { return log.count() == 150; }));
    CHECK(apart == 100);
    CHECK(eventually([&] { return fake_suspect_scorer::rests > 0; })); // an idle child is let go
    w.stop();
    check_exactly_once_in_order(log);
    CHECK(log.checkpoint(0).note == "1::c");
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_suspects_scored_total 100"));
}

TEST_CASE("a suspect that ends three scorers in a row becomes a dead letter, and all others are scored") {
    fake_log log;
    const bool late = GENERATE(false, true);
    const std::string value = GENERATE("poison", "unreadable");
    for (int i = 0; i < 50; ++i) log.append(0, "user-" + std::to_string(i % 20), i == 20 ? value : "x");
    std::atomic<int> deaths = 0;
    std::atomic<int> unlucky = 0;
    running_worker w(log, running_worker::quick(2), normal(), [&](const ports::record& r) {
        if (r.offset == 20) ++deaths, throw worker::scorer_death(late ? "no answer within 60 s" : "SIGSEGV", late);
        if (r.offset == 30 && ++unlucky <= 2) throw worker::scorer_death("SIGKILL", false); // from outside
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 50; }));
    w.stop();
    check_exactly_once_in_order(log);
    CHECK(deaths == 3);
    CHECK(value_of(log, 30) == "scored");
    if (value == "poison")
        CHECK_THAT(value_of(log, 20), ContainsSubstring(late ? "60 s 3" : "SIGSEGV 3"));
    else
        CHECK(value_of(log, 20) == "unread");
    const std::string code = late ? "timed_out" : "crashed_scorer";
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_submissions_failed_total{reason=\"" + code + "\"} 1"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_quarantine_deaths_total 5"));
}

TEST_CASE("failed attempts are counted on by the next owner of the partition") {
    fake_log log;
    std::atomic<int> attempts = 0;
    log.append(0, "ann", "throws");
    log.append(0, "bob");
    auto how = running_worker::quick(2);
    how.drain_timeout = 200ms;
    how.retry_delay = 50ms;
    how.max_retry_delay = 50ms;
    const settle throws = [&](const ports::record& r) -> app::settled {
        if (r.value == "throws") ++attempts, throw std::runtime_error("cannot");
        return result_of(r);
    };
    {
        running_worker first(log, how, throws, throws);
        log.assign({0});
        // Noted, without anything to publish: the position stays before the record.
        REQUIRE(eventually([&] { return log.checkpoint(0).note.find(":r=0,2") != std::string::npos; }));
        const std::lock_guard lock(log.mutex);
        log.on_commit = [](auto, auto) { return ports::commit_result{ports::log_errc::unavailable, 0}; };
        log.owned.clear(); // as by kill -9: nothing more is committed
    }
    const int before = attempts;
    log.on_commit = {};
    const int noted = gradesvc::worker::read_note(log.checkpoint(0).note)->attempts.at(0);
    running_worker next(log, how, throws, throws);
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 2; }));
    next.stop();
    CHECK(attempts - before == 5 - noted);
    CHECK_THAT(value_of(log, 0), ContainsSubstring("cannot 5"));
    CHECK(log.checkpoint(0).note == "1::c");
}

TEST_CASE("a job over its time limit is taken from its thread and scored apart at once") {
    fake_log log;
    gate stuck;
    std::atomic<int> apart = 0;
    auto how = running_worker::quick(2);
    how.score_timeout = 100ms;
    leave_mark(log, 0);
    log.append(0, "ann", "stuck");
    log.append(0, "ann");
    for (int i = 0; i < 50; ++i) log.append(0, "user-" + std::to_string(i));
    running_worker w(
        log, how,
        [&](const ports::record& r) {
            if (r.value == "stuck") stuck.pass();
            return result_of(r);
        },
        [&](const ports::record& r) {
            ++apart;
            return result_of(r, "apart " + std::string(r.value) + " of " + std::string(r.key.value_or("")));
        });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 52; }));
    CHECK(value_of(log, 0) == "apart stuck of ann");
    CHECK(apart == 1);
    CHECK((*w).stuck_threads() == 1);
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_abandoned_jobs_total 1"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_abandoned_threads 1"));
    SECTION("what comes of it later does not count, and its thread ends") {
        stuck.open();
        CHECK(eventually([&] { return (*w).stuck_threads() == 0; }, 60s));
        w.stop();
    }
    SECTION("a drain does not wait for it") {
        const auto begin = std::chrono::steady_clock::now();
        w.stop();
        CHECK(std::chrono::steady_clock::now() - begin < 5s);
        CHECK(log.left);
        CHECK((*w).stuck_threads() == 1);
        w.forget();
        stuck.open();
        CHECK(eventually([&] { return log.destroyed.load(); }, 60s));
    }
    check_exactly_once_in_order(log);
    CHECK(log.checkpoint(0).note == "1::c");
}

TEST_CASE("waits that are no fault of a record do not count against its time limit") {
    fake_log log;
    auto how = running_worker::quick(1);
    how.score_timeout = 50ms;
    log.append(0, "ann");
    running_worker w(log, how, [&](const ports::record& r) {
        const worker::untimed wait;
        std::this_thread::sleep_for(300ms);
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 1; }));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_abandoned_jobs_total 0"));
}

TEST_CASE("with as many threads left behind as it has the worker ends, after committing what is finished") {
    fake_log log;
    gate stuck;
    auto how = running_worker::quick(2);
    how.score_timeout = 200ms;
    leave_mark(log, 0);
    for (int i = 0; i < 20; ++i) log.append(0, "user-" + std::to_string(i), i == 5 || i == 15 ? "stuck" : "x");
    running_worker w(
        log, how,
        [&](const ports::record& r) {
            if (r.value == "stuck") stuck.pass();
            return result_of(r);
        },
        [&](const ports::record& r) -> app::settled {
            stuck.pass();
            return result_of(r);
        });
    log.assign({0});
    std::thread opener([&] {
        CHECK(eventually([&] { return stuck.waiting() == 4; }, 10s)); // two in their first thread, two apart
        CHECK(eventually([&] { return log.count() == 18; }));
        stuck.open();
    });
    CHECK(eventually([&] { return w.ended(); }));
    opener.join();
    REQUIRE(w.failure());
    CHECK_THROWS_WITH(std::rethrow_exception(w.failure()), ContainsSubstring("left behind"));
    CHECK_FALSE(log.checkpoint(0).note.ends_with(":c"));
    w.stop();
    w.forget();
    CHECK(eventually([&] { return log.destroyed.load(); }, 60s)); // the threads left behind have ended
}

TEST_CASE("a suspect that takes long holds up nobody: another thread stands in") {
    fake_log log;
    gate slow;
    auto how = running_worker::quick(1);
    how.relief_after = 20ms;
    for (int i = 0; i < 60; ++i) log.append(0, "user-" + std::to_string(i), i % 20 == 0 ? "slow" : "x");
    running_worker w(log, how, normal(), [&](const ports::record& r) {
        if (r.value == "slow") slow.pass();
        return result_of(r);
    });
    log.assign({0});
    CHECK(eventually([&] { return log.count() == 57; }));
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 60; }));
    w.stop();
    check_exactly_once_in_order(log);
    CHECK((*w).stuck_threads() == 0);
}

TEST_CASE("a job that runs out of memory is scored apart") {
    fake_log log;
    leave_mark(log, 0);
    log.append(0, "ann", "greedy");
    running_worker w(
        log, running_worker::quick(1),
        [](const ports::record& r) {
            if (r.value == "greedy") throw std::bad_alloc();
            return result_of(r);
        },
        [](const ports::record& r) { return result_of(r, "apart"); });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 1; }));
    CHECK(value_of(log, 0) == "apart");
}
