#include "checks.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("a drain finishes and commits what is being scored and begins nothing new") {
    fake_log log;
    gate slow;
    for (int i = 0; i < 50; ++i) log.append(0, "user-" + std::to_string(i));
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 2; }));
    w.request_stop();
    REQUIRE(eventually([&] { return !(*w).ready(); }));
    log.append(0, "late");
    const int polls = log.polls;
    CHECK(eventually([&] { return log.polls >= polls + 3; })); // still a member
    slow.open();
    w.stop();
    CHECK(log.count() == 2);
    CHECK(log.left);
    CHECK((*w).stuck_threads() == 0);
    CHECK(log.live_records == 0);

    running_worker next(log, running_worker::quick(2));
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 51; }));
    next.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a job that never ends does not keep a drain from ending") {
    fake_log log;
    gate stuck;
    auto how = running_worker::quick(2);
    how.drain_timeout = 300ms;
    log.append(0, "ann", "stuck");
    log.append(0, "bob");
    log.append(0, "bob");
    running_worker w(log, how, [&](const ports::record& r) {
        if (r.value == "stuck") stuck.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return stuck.waiting() == 1 && log.count() == 2; }));
    const auto begin = std::chrono::steady_clock::now();
    w.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK((*w).stuck_threads() == 1);
    CHECK(log.left);
    CHECK(log.checkpoint(0).position == 0);
    CHECK_FALSE(log.checkpoint(0).note.empty());
    CHECK_FALSE(log.destroyed); // the thread left behind holds what it needs
    w.forget();
    stuck.open();
    CHECK(eventually([&] { return log.destroyed.load(); }));
}

TEST_CASE("a drain waits for a commit under way") {
    fake_log log;
    gate commits;
    log.append(0, "ann");
    log.on_commit = [&](auto, auto) {
        commits.pass();
        return ports::commit_result{};
    };
    auto how = running_worker::quick(1);
    how.drain_timeout = 20ms;
    how.revoke_grace = 10ms;
    running_worker w(log, how);
    log.assign({0});
    REQUIRE(eventually([&] { return commits.waiting() == 1; }));
    w.request_stop();
    REQUIRE(eventually([&] { return !(*w).ready(); }));
    std::thread opener([&] {
        eventually([&] { return w.ended(); }, 200ms);
        commits.open();
    });
    w.stop();
    opener.join();
    CHECK(log.count() == 1);
    CHECK(log.left);
}

TEST_CASE("a drain ends in time while the log is away") {
    fake_log log;
    log.append(0, "ann");
    std::atomic<int> tries = 0;
    log.on_commit = [&](auto, auto) -> ports::commit_result {
        ++tries;
        return {ports::log_errc::unavailable, 0};
    };
    auto how = running_worker::quick(1);
    how.drain_timeout = 50ms;
    running_worker w(log, how);
    log.assign({0});
    REQUIRE(eventually([&] { return tries > 1; }));
    w.stop();
    CHECK(w.ended());
    CHECK(log.count() == 0);
}

TEST_CASE("after a window that was given up nothing more is committed") {
    fake_log log;
    gate slow;
    log.append(0, "ann");
    log.append(0, "bob", "slow");
    std::atomic<int> tries = 0;
    log.on_commit = [&](std::span<const ports::outgoing> outputs, auto) -> ports::commit_result {
        ++tries;
        const bool first = outputs.front().headers.front().value == "0";
        return {first ? make_error_code(ports::log_errc::unavailable) : boost::system::error_code(), 0};
    };
    auto how = running_worker::quick(2);
    how.drain_timeout = 200ms;
    how.revoke_grace = 50ms;
    running_worker w(log, how, [&](const ports::record& r) {
        if (r.value == "slow") slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 1 && tries > 1; }));
    slow.open();
    w.stop();
    CHECK(log.count() == 0);
    CHECK(log.checkpoint(0).position == 0);
}

TEST_CASE("partitions that are taken away or given during a drain are handled") {
    fake_log log;
    gate slow;
    log.append(0, "ann", "slow");
    log.append(1, "bob");
    running_worker w(log, running_worker::quick(1), [&](const ports::record& r) {
        if (r.value == "slow") slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 1; }));
    w.request_stop();
    REQUIRE(eventually([&] { return !(*w).ready(); }));
    log.assign({1});
    REQUIRE(eventually([&] { return log.is_paused(1); }));
    log.revoke({0, 1});
    slow.open();
    w.stop();
    CHECK(log.releases == 1);
    CHECK(log.count() == 1);
}
