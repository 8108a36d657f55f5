#include "checks.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("every record is settled once, each user's in the order of the log") {
    fake_log log;
    for (int i = 0; i < 6000; ++i) log.append(i % 3, "user-" + std::to_string(i * 7 % 50));
    for (int i = 0; i < 200; ++i) log.append(i % 3, std::nullopt);
    running_worker w(log, running_worker::quick(4));
    CHECK_FALSE((*w).ready());
    log.assign({0, 1, 2});
    REQUIRE(eventually([&] { return log.count() == 6200; }));
    CHECK((*w).ready());
    CHECK(eventually([&] { return (*w).standings().at(0).committed == log.ends[0]; }));
    w.stop();
    check_exactly_once_in_order(log);
    CHECK(log.checkpoint(0).position == log.ends[0]);
    CHECK(log.checkpoint(0).note == "1::c");
    CHECK(log.left);
    CHECK(log.live_records == 0);
    CHECK_FALSE((*w).ready());
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_submissions_scored_total 6200"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_rebalances_total 1"));
}

TEST_CASE("a slow record holds up neither others nor their commits") {
    fake_log log;
    gate slow;
    std::atomic<bool> reached = false;
    std::atomic<std::size_t> settled = 0;
    const int threads = GENERATE(1, 2);
    for (int i = 0; i < 300; ++i) log.append(0, "user-" + std::to_string(i));
    log.append(0, "slow", "slow");
    for (int i = 0; i < 300; ++i) log.append(0, "user-" + std::to_string(i));
    running_worker w(log, running_worker::quick(threads), [&](const ports::record& r) {
        if (r.value == "slow") {
            reached = true;
            slow.pass();
        } else {
            ++settled;
        }
        return result_of(r);
    });
    log.assign({0});
    // With one thread everything that was settled before the slow one is committed, with two everything else.
    CHECK(eventually([&] { return reached && log.count() == settled && (threads == 1 || settled == 600); }));
    CHECK(log.checkpoint(0).position <= 300);
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 601; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a lone record is committed at once, and a slow commit lets the next window grow") {
    fake_log log;
    gate commits;
    std::atomic<int> settled = 0;
    log.on_commit = [&](auto, auto) {
        commits.pass();
        return ports::commit_result{};
    };
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        ++settled;
        return result_of(r);
    });
    log.assign({0});
    log.append(0, "first");
    REQUIRE(eventually([&] { return commits.waiting() == 1; }));
    for (int i = 0; i < 400; ++i) log.append(0, "user-" + std::to_string(i));
    REQUIRE(eventually([&] { return settled == 401; }));
    const int polls = log.polls;
    CHECK(eventually([&] { return log.polls >= polls + 3; })); // a commit does not hold up the polls
    commits.open();
    REQUIRE(eventually([&] { return log.count() == 401; }));
    w.stop();
    CHECK(log.windows.front() == 1);
    CHECK(log.windows.size() <= 3);
}

TEST_CASE("results of a long backlog share a window, one of a fresh submission does not wait for it") {
    fake_log log;
    const bool fresh = GENERATE(false, true);
    for (int i = 0; i < 200; ++i) log.append(0, "ann", "x", std::chrono::minutes(1));
    if (fresh) log.append(0, "bob", "x");
    const auto slowly = [](const ports::record& r) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return result_of(r);
    };
    running_worker w(log, running_worker::quick(1), slowly);
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() > 0; }));
    // The jobs take a second at least: a window of ann's alone is an eighth of 60 s, at most a second, behind its first.
    const auto first = log.committed();
    CHECK(first.size() < (fresh ? 50 : 201));
    CHECK(first.size() > (fresh ? 0 : 100));
    CHECK(std::ranges::any_of(first, [](const auto& o) { return o.key == "bob"; }) == fresh);
    w.stop();
}

TEST_CASE("an output that is too large becomes a dead letter, at last without the original bytes") {
    fake_log log;
    for (int i = 0; i < 50; ++i) log.append(0, "user-" + std::to_string(i), i == 20 ? "big" : "x");
    log.on_commit = [](std::span<const ports::outgoing> outputs, auto) -> ports::commit_result {
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (outputs[i].value.find("big") != std::string::npos) return {ports::log_errc::too_large, i};
        return {};
    };
    running_worker w(log, running_worker::quick(2),
                     [](const ports::record& r) { return result_of(r, "result of " + std::string(r.value)); });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 50; }));
    w.stop();
    check_exactly_once_in_order(log);
    for (const auto& o : log.committed()) CHECK(o.value == (o.source == 20 ? "letter" : "result of x"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_submissions_failed_total{reason=\"too_large\"} 1"));
}

TEST_CASE("a log that refuses even an empty dead letter ends the worker") {
    fake_log log;
    log.append(0, "user");
    log.on_commit = [](auto, auto) -> ports::commit_result { return {ports::log_errc::too_large, 0}; };
    running_worker w(log, running_worker::quick(1));
    log.assign({0});
    REQUIRE(eventually([&] { return w.ended(); }));
    CHECK_THROWS_AS(std::rethrow_exception(w.failure()), ports::log_error);
}

TEST_CASE("a window that could not be committed is tried again") {
    fake_log log;
    for (int i = 0; i < 200; ++i) log.append(0, "user-" + std::to_string(i % 9));
    std::atomic<int> tries = 0;
    log.on_commit = [&](auto, auto) -> ports::commit_result {
        ++tries;
        if (tries == 3) throw ports::log_unavailable("nobody answers");
        return {tries <= 5 ? make_error_code(ports::log_errc::unavailable) : boost::system::error_code(), 0};
    };
    running_worker w(log, running_worker::quick(2));
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 200; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a failing record is tried again, holding up only its user, and becomes a dead letter in the end") {
    fake_log log;
    log.append(0, "ann", "hopeless");
    log.append(0, "ann", "after");
    log.append(0, "bob", "flaky");
    log.append(0, "eve", "waits for the log");
    for (int i = 0; i < 100; ++i) log.append(0, "user-" + std::to_string(i));
    std::atomic<int> flaky = 0;
    std::atomic<int> away = 0;
    std::atomic<int> hopeless = 0;
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        if (r.value == "hopeless") ++hopeless, throw std::runtime_error("cannot");
        if (r.value == "flaky" && ++flaky < 4) throw std::runtime_error("not yet");
        if (r.value == "waits for the log" && ++away < 20) throw ports::log_unavailable("nobody answers");
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 104; }));
    w.stop();
    check_exactly_once_in_order(log);
    CHECK(hopeless == 5);
    CHECK(away == 20);
    for (const auto& o : log.committed()) CHECK(o.value == (o.source == 0 ? "cannot 5" : "scored"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_submissions_failed_total{reason=\"retries_exhausted\"} 1"));
    CHECK_THAT(w.exposed(), ContainsSubstring("gradesvc_retries_total 26"));
}

TEST_CASE("what is in flight is bounded, and polling goes on while partitions are paused") {
    fake_log log;
    log.poll_limit = 20;
    gate slow;
    auto how = running_worker::quick(2);
    how.max_records_in_flight = 100;
    for (int i = 0; i < 1000; ++i) log.append(i % 2, "user-" + std::to_string(i));
    running_worker w(log, how, [&](const ports::record& r) {
        slow.pass();
        return result_of(r);
    });
    log.assign({0, 1});
    REQUIRE(eventually([&] { return log.is_paused(0) && log.is_paused(1); }));
    CHECK(log.live_records <= 120);
    const int polls = log.polls;
    CHECK(eventually([&] { return log.polls >= polls + 5; }));
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 1000; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a flood of one user leaves room for other partitions") {
    fake_log log;
    log.poll_limit = 20;
    gate slow;
    auto how = running_worker::quick(2);
    how.max_records_in_flight = 100;
    for (int i = 0; i < 500; ++i) log.append(0, "flood", "slow");
    running_worker w(log, how, [&](const ports::record& r) {
        if (r.value == "slow") slow.pass();
        return result_of(r);
    });
    log.assign({0, 1});
    REQUIRE(eventually([&] { return log.is_paused(0); }));
    for (int i = 0; i < 300; ++i) log.append(1, "user-" + std::to_string(i % 30));
    CHECK(eventually([&] { return log.count() == 300; }));
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 800; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a partition whose note is full pauses until the record that lags behind is finished") {
    fake_log log;
    log.poll_limit = 2000;
    gate slow;
    log.append(0, "slow", "slow");
    for (int i = 0; i < 26'000; ++i) log.append(0, "user-" + std::to_string(i % 100));
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        if (r.value == "slow") slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return log.is_paused(0) && log.count() > 23'000; }));
    CHECK(log.checkpoint(0).position == 0);
    CHECK(log.checkpoint(0).note.size() > 3800);
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 26'001; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a damaged note is passed over") {
    fake_log log;
    for (int i = 0; i < 10; ++i) log.append(0, "user");
    log.checkpoints[0] = {0, 4, "damaged"};
    running_worker w(log, running_worker::quick(1));
    log.assign({0});
    CHECK(eventually([&] { return log.count() == 6; }));
}

TEST_CASE("an error of the log ends the worker") {
    fake_log log;
    for (int i = 0; i < 10; ++i) log.append(0, "user");
    SECTION("while polling") {
        log.on_poll = [&] {
            if (log.polls > 2) throw ports::log_error("broken");
        };
    }
    SECTION("while committing") {
        log.on_commit = [](auto, auto) -> ports::commit_result { throw ports::log_error("broken"); };
    }
    running_worker w(log, running_worker::quick(2));
    log.assign({0});
    REQUIRE(eventually([&] { return w.ended(); }));
    CHECK_THROWS_WITH(std::rethrow_exception(w.failure()), "broken");
    CHECK(log.live_records == 0);
}
