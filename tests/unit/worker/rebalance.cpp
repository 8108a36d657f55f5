#include "checks.hpp"

#include <random>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

TEST_CASE("partitions that are taken away are released after what is about to finish is committed") {
    fake_log log;
    gate slow;
    auto how = running_worker::quick(2);
    how.revoke_grace = 20s;
    for (int i = 0; i < 40; ++i) log.append(0, "user-" + std::to_string(i));
    running_worker w(log, how, [&](const ports::record& r) {
        slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 2; }));
    log.revoke({0});
    const int polls = log.polls;
    CHECK(eventually([&] { return log.polls >= polls + 3; })); // the wait does not hold up the polls
    CHECK(log.releases == 0);
    slow.open();
    REQUIRE(eventually([&] { return log.releases == 1; }));
    const std::size_t finished = log.count();
    CHECK(finished >= 2);
    CHECK(finished < 40); // what was not begun is left to the next owner
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 40; }));
    CHECK_THAT(w.exposed(), Catch::Matchers::ContainsSubstring("gradesvc_rebalance_standstill_seconds_count 1"));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a job longer than the grace runs on when its partition goes") {
    fake_log log;
    gate slow;
    std::atomic<int> settled = 0;
    auto how = running_worker::quick(2);
    how.revoke_grace = 10ms;
    log.append(0, "ann");
    log.append(0, "ann");
    running_worker w(log, how, [&](const ports::record& r) {
        ++settled;
        if (r.offset == 0) slow.pass();
        return result_of(r);
    });
    log.assign({0});
    REQUIRE(eventually([&] { return slow.waiting() == 1; }));
    log.revoke({0});
    REQUIRE(eventually([&] { return log.releases == 1; }));
    CHECK(log.count() == 0);

    SECTION("its outcome is adopted when the partition comes back while it runs") {
        log.assign({0});
        REQUIRE(eventually([&] { return log.owns(0); }));
        slow.open();
        REQUIRE(eventually([&] { return log.count() == 2; }));
        CHECK(settled == 2);
    }
    SECTION("or after it has ended") {
        slow.open();
        REQUIRE(eventually([&] { return slow.waiting() == 0; }));
        log.assign({0});
        REQUIRE(eventually([&] { return log.count() == 2; }));
        CHECK(settled == 2);
    }
    SECTION("it is discarded when another member has finished that record") {
        {
            const std::lock_guard lock(log.mutex);
            log.checkpoints[0] = {0, 1, ""};
            log.outputs.push_back({0, 0, "ann", "by another member"});
        }
        slow.open();
        log.assign({0});
        REQUIRE(eventually([&] { return log.count() == 2; }));
    }
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("lost partitions are discarded and scored again by the next owner") {
    fake_log log;
    gate slow;
    for (int i = 0; i < 100; ++i) log.append(i % 2, "user-" + std::to_string(i % 10));
    running_worker w(log, running_worker::quick(2), [&](const ports::record& r) {
        slow.pass();
        return result_of(r);
    });
    log.assign({0, 1});
    REQUIRE(eventually([&] { return slow.waiting() == 2; }));
    log.expel({0});
    slow.open();
    REQUIRE(eventually([&] { return log.count() == 50; }));
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 100; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("a fenced window waits for what is lost to be reported, then goes on with the rest") {
    fake_log log;
    gate commits;
    std::atomic<int> refused = 0;
    for (int i = 0; i < 100; ++i) log.append(i % 2, "user-" + std::to_string(i % 10));
    log.on_commit = [&](auto, auto) {
        commits.pass();
        ++refused;
        return ports::commit_result{};
    };
    running_worker w(log, running_worker::quick(2));
    log.assign({0, 1});
    REQUIRE(eventually([&] { return commits.waiting() == 1; }));
    log.expel({0}, false);
    commits.open();
    REQUIRE(eventually([&] { return refused >= 3; }));
    log.expel({0});
    REQUIRE(eventually([&] { return log.count() == 50; }));
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 100; }));
    w.stop();
    check_exactly_once_in_order(log);
}

TEST_CASE("nothing is released while the log is committing it") {
    fake_log log;
    gate commits;
    auto how = running_worker::quick(2);
    how.revoke_grace = 5ms;
    log.append(0, "ann");
    log.on_commit = [&](auto, auto) {
        commits.pass();
        return ports::commit_result{};
    };
    running_worker w(log, how);
    log.assign({0});
    REQUIRE(eventually([&] { return commits.waiting() == 1; }));
    log.revoke({0});
    const int polls = log.polls;
    REQUIRE(eventually([&] { return log.polls >= polls + 3; }));
    CHECK(log.releases == 0);
    commits.open();
    REQUIRE(eventually([&] { return log.releases == 1; }));
    CHECK(log.count() == 1);
}

TEST_CASE("a broker that is away does not hold up the group: what could not be committed is left to the next owner") {
    fake_log log;
    auto how = running_worker::quick(2);
    how.revoke_grace = 10ms;
    std::atomic<bool> away = true;
    for (int i = 0; i < 20; ++i) log.append(0, "user-" + std::to_string(i));
    log.on_commit = [&](auto, auto) -> ports::commit_result {
        return {away ? make_error_code(ports::log_errc::unavailable) : boost::system::error_code(), 0};
    };
    running_worker w(log, how);
    log.assign({0});
    REQUIRE(eventually([&] { return log.polls > 3; }));
    log.revoke({0});
    REQUIRE(eventually([&] { return log.releases == 1; }));
    away = false;
    log.assign({0});
    REQUIRE(eventually([&] { return log.count() == 20; }));
    w.stop();
    check_exactly_once_in_order(log);
}

namespace {

/// Trouble of every kind, by chance: failing commits, rebalances, expulsions, deaths before and after a commit.
class trouble {
public:
    trouble(fake_log& log, unsigned seed) : log_(log), random_(seed) {
        log.give_again = true;
        log.poll_limit = 40;
        log.on_poll = [this] { poll(); };
        log.on_commit = [this](auto, auto) { return before_commit(); };
        log.after_commit = [this] { die(30); };
    }

private:
    // One at a time: all but before_commit run under the mutex of the log.
    void poll() {
        die(150);
        const auto what = random_() % 12;
        const bool quiet = log_.next.lost.empty() && log_.next.losing.empty();
        if (!quiet || what > 2) return;
        if (what == 2 || log_.owned.empty()) {
            log_.offered.insert(log_.offered.end(), expelled_.begin(), expelled_.end());
            expelled_.clear();
            return;
        }
        const auto p = std::next(log_.owned.begin(), static_cast<std::ptrdiff_t>(random_() % log_.owned.size()))->first;
        if (what == 0) {
            log_.owned.erase(p);
            log_.next.lost = {p};
            expelled_.push_back(p);
        } else
            log_.next.losing = {p};
    }

    ports::commit_result before_commit() {
        const std::lock_guard lock(log_.mutex);
        die(40);
        return {random_() % 4 == 0 ? make_error_code(ports::log_errc::unavailable) : boost::system::error_code(), 0};
    }

    void die(unsigned one_in) {
        if (random_() % one_in == 0) {
            expelled_.clear();
            throw ports::log_error("death");
        }
    }

    fake_log& log_;
    std::mt19937 random_;
    std::vector<std::int32_t> expelled_;
};

} // namespace

TEST_CASE("through failing commits, rebalances and deaths nothing is lost, doubled or out of order") {
    int deaths = 0;
    for (unsigned seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        fake_log log;
        std::mt19937 random(seed);
        constexpr std::size_t total = 1200;
        for (std::size_t i = 0; i < total; ++i) {
            const auto p = static_cast<std::int32_t>(random() % 4);
            if (random() % 10 == 0) log.skip(p);
            const bool keyed = random() % 8 != 0;
            log.append(p, keyed ? std::optional("user-" + std::to_string(random() % 15)) : std::nullopt);
        }
        trouble chance(log, seed);
        auto how = running_worker::quick(3);
        how.revoke_grace = 5ms;
        how.max_records_in_flight = 300;
        bool complete = false;
        for (int lives = 0; !complete && lives < 2000; ++lives) {
            running_worker w(log, how, [](const ports::record& r) {
                if (r.offset % 37 == 0) std::this_thread::sleep_for(1ms); // a job of some length
                return result_of(r);
            });
            log.assign({0, 1, 2, 3});
            const bool went_on = eventually([&] { return w.ended() || log.count() >= total; });
            INFO(log.count() << " committed, " << log.owned.size() << " partitions held, " << log.paused.size()
                             << " paused");
            REQUIRE(went_on);
            complete = log.count() >= total;
            deaths += w.ended() ? 1 : 0;
        }
        check_exactly_once_in_order(log);
    }
    CHECK(deaths > 0);
}
