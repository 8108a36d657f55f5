#include "roles/log_follower.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <condition_variable>
#include <future>

using namespace gradesvc;
using namespace gradesvc::roles;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10s; // of a test, for what takes milliseconds

// A log of one topic with two partitions that hold numbered records.
class memory_log : public ports::log {
public:
    std::vector<int> ensure_topics(std::span<const ports::topic_spec>) override { throw std::logic_error("unused"); }
    std::unique_ptr<ports::publisher> make_publisher() override { throw std::logic_error("unused"); }
    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options&) override {
        throw std::logic_error("unused");
    }
    std::unique_ptr<ports::reader> make_reader(std::vector<std::string>, ports::positions from, ports::flow) override {
        return std::make_unique<reader>(*this, std::move(from));
    }
    std::unique_ptr<ports::reader> make_reader(ports::positions) override { throw std::logic_error("unused"); }
    ports::positions written_end(std::span<const std::string>, std::chrono::milliseconds) override {
        throw std::logic_error("unused");
    }
    ports::positions at(std::span<const std::string>, ports::time_ms, std::chrono::milliseconds) override {
        throw std::logic_error("unused");
    }
    std::map<std::int32_t, ports::group_position> group_positions(const std::string&, const std::string&,
                                                                  std::chrono::milliseconds) override {
        throw std::logic_error("unused");
    }
    ports::positions end(std::span<const std::string>, std::chrono::milliseconds) override {
        std::lock_guard lock(mutex_);
        ++looks;
        if (away_) throw ports::log_unavailable("nobody answers");
        return end_;
    }
    ports::positions begin(std::span<const std::string>, std::chrono::milliseconds) override {
        std::lock_guard lock(mutex_);
        return begin_;
    }

    void append(int partition, int count) {
        std::lock_guard lock(mutex_);
        end_[{"t", partition}] += count;
    }
    void expire(int partition, std::int64_t until) {
        std::lock_guard lock(mutex_);
        begin_[{"t", partition}] = until;
    }
    void set_away(bool away) {
        std::lock_guard lock(mutex_);
        away_ = away;
    }
    // Readers get no record beyond these, and at the end an error.
    void hold_reading(bool hold) {
        std::lock_guard lock(mutex_);
        held_ = hold;
    }
    void break_reading() {
        std::lock_guard lock(mutex_);
        broken_ = true;
    }
    std::atomic<int> looks{0};

private:
    struct reader : ports::reader {
        reader(memory_log& l, ports::positions from) : log(l), at(std::move(from)) {}
        std::vector<ports::record> read(std::chrono::milliseconds timeout) override {
            {
                std::lock_guard lock(log.mutex_);
                if (log.broken_) throw ports::log_error("the file is broken");
                std::vector<ports::record> records;
                for (const auto& [where, end] : log.end_) {
                    auto& offset = at[where];
                    offset = std::max(offset, log.begin_[where]);
                    for (int taken = 0; !log.held_ && offset < end && taken < 10; ++taken) {
                        records.emplace_back();
                        records.back().topic = "t";
                        records.back().partition = where.second;
                        records.back().offset = offset++;
                    }
                }
                if (!records.empty()) return records;
            }
            std::this_thread::sleep_for(timeout);
            return {};
        }
        ports::positions next() const override { return at; }
        memory_log& log;
        ports::positions at;
    };

    std::mutex mutex_; // guards all below
    ports::positions begin_{{{"t", 0}, 0}, {{"t", 1}, 0}}, end_ = begin_;
    bool away_ = false, held_ = false, broken_ = false;
};

struct bench {
    memory_log log;
    std::atomic<int> applied{0};
    std::atomic<std::int64_t> last_next{0};
    std::promise<std::string> failed;
    std::function<void()> in_apply = [] {};
    log_follower follower{log,
                          {"rows",
                           {"t"},
                           [this](std::span<const ports::record> records, const ports::positions& next) {
                               in_apply();
                               applied += static_cast<int>(records.size());
                               const auto at = next.find({"t", 0});
                               last_next = at == next.end() ? 0 : at->second;
                           },
                           [this](std::string why) { failed.set_value(std::move(why)); }}};

    ~bench() { follower.stop(); }

    std::future<bool> catch_up(std::chrono::milliseconds limit) {
        auto there = std::make_shared<std::promise<bool>>();
        follower.catch_up(limit, [there](bool ok) { there->set_value(ok); });
        return there->get_future();
    }
    bool caught_up(std::chrono::milliseconds limit = patience) {
        auto there = catch_up(limit);
        REQUIRE(there.wait_for(2 * patience) == std::future_status::ready);
        return there.get();
    }
    bool await(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
        return condition();
    }
};

} // namespace

TEST_CASE("what the log holds is applied when it has caught up", "[follower]") {
    bench b;
    b.log.append(0, 25);
    b.log.append(1, 5);
    b.follower.start();
    CHECK(b.caught_up());
    CHECK(b.applied == 30);
    CHECK(b.last_next == 25);
    b.log.append(1, 7);
    CHECK(b.caught_up());
    CHECK(b.applied == 37);
}

TEST_CASE("an empty log is replayed at once", "[follower]") {
    bench b;
    CHECK_FALSE(b.follower.replayed());
    b.follower.start();
    CHECK(b.await([&] { return b.follower.replayed(); }));
    CHECK(b.follower.progress() == 1);
}

TEST_CASE("a follower goes on where it is told to", "[follower]") {
    bench b;
    b.log.append(0, 25);
    b.follower.start({{{"t", 0}, 20}});
    CHECK(b.caught_up());
    CHECK(b.applied == 5);
}

TEST_CASE("the replay has progress, and an end that later records do not move", "[follower]") {
    bench b;
    b.log.append(0, 100);
    std::atomic<int> allowed{1};
    b.in_apply = [&] {
        while (allowed == 0) std::this_thread::sleep_for(1ms);
        --allowed;
    };
    b.follower.start();
    REQUIRE(b.await([&] { return b.applied == 10; }));
    CHECK_FALSE(b.follower.replayed());
    b.log.append(1, 1'000); // after the start: not part of the replay
    allowed = 1;
    REQUIRE(b.await([&] { return b.follower.progress() >= 0.2 - 1e-9; }));
    CHECK(b.follower.progress() < 0.5);
    CHECK_FALSE(b.follower.replayed());
    allowed = 1'000'000;
    CHECK(b.await([&] { return b.follower.replayed(); }));
}

TEST_CASE("records that have expired are no part of the replay", "[follower]") {
    bench b;
    b.log.append(0, 100);
    b.log.expire(0, 90);
    std::atomic<bool> go{false};
    b.in_apply = [&] {
        while (!go) std::this_thread::sleep_for(1ms);
    };
    b.follower.start();
    go = true;
    CHECK(b.await([&] { return b.follower.replayed(); }));
    CHECK(b.applied == 10);
    CHECK(b.follower.progress() == 1);
}

TEST_CASE("who asks waits for everything that was there, and no longer than the limit", "[follower]") {
    bench b;
    b.follower.start();
    REQUIRE(b.caught_up());
    b.log.hold_reading(true);
    b.log.append(0, 1);
    auto impatient = b.catch_up(50ms), patient = b.catch_up(patience);
    REQUIRE(impatient.wait_for(patience) == std::future_status::ready);
    CHECK_FALSE(impatient.get());
    CHECK(patient.wait_for(0ms) == std::future_status::timeout);
    b.log.hold_reading(false);
    REQUIRE(patient.wait_for(patience) == std::future_status::ready);
    CHECK(patient.get());
    CHECK(b.applied == 1);
}

TEST_CASE("requests of the same moment share one look at the log", "[follower]") {
    bench b;
    std::atomic<bool> hold{false}, busy{false};
    b.in_apply = [&] {
        while (hold) {
            busy = true;
            std::this_thread::sleep_for(1ms);
        }
    };
    b.follower.start();
    REQUIRE(b.caught_up());
    hold = true;
    b.log.append(0, 1);
    REQUIRE(b.await([&] { return busy.load(); }));
    const int before = b.log.looks;
    std::vector<std::future<bool>> all;
    for (int i = 0; i < 100; ++i) all.push_back(b.catch_up(patience));
    hold = false;
    for (auto& one : all) CHECK(one.get());
    CHECK(b.log.looks == before + 1);
}

TEST_CASE("while nobody answers requests wait and then fail", "[follower]") {
    bench b;
    b.log.set_away(true);
    b.follower.start();
    CHECK_FALSE(b.caught_up(50ms));
    CHECK_FALSE(b.follower.replayed());
    auto patient = b.catch_up(patience);
    b.log.append(0, 3);
    b.log.set_away(false);
    CHECK(patient.get());
    CHECK(b.applied == 3);
    CHECK(b.await([&] { return b.follower.replayed(); }));
}

TEST_CASE("before the start and after the end nothing catches up", "[follower]") {
    bench b;
    CHECK_FALSE(b.caught_up());
    b.follower.start();
    CHECK(b.caught_up());
    b.log.hold_reading(true);
    b.log.append(0, 1);
    auto waiting = b.catch_up(patience);
    b.follower.stop();
    REQUIRE(waiting.wait_for(0ms) == std::future_status::ready);
    CHECK_FALSE(waiting.get());
    CHECK_FALSE(b.caught_up());
}

TEST_CASE("what cannot be applied at the moment is offered again, and nothing is read before", "[follower]") {
    bench b;
    std::atomic<bool> full{false};
    std::atomic<int> refusals{0};
    b.in_apply = [&] {
        if (!full) return;
        ++refusals;
        throw ports::read_model_unavailable("the disk is full");
    };
    b.follower.start();
    REQUIRE(b.caught_up());
    full = true;
    b.log.append(0, 25);
    CHECK_FALSE(b.caught_up(50ms)); // who waits is told in time
    CHECK(b.await([&] { return refusals >= 2; }));
    CHECK(b.applied == 0);
    full = false;
    CHECK(b.caught_up());
    CHECK(b.applied == 25);
    CHECK(b.last_next == 25);
}

TEST_CASE("a log that cannot be read is told, with the name of what follows it", "[follower]") {
    bench b;
    b.follower.start();
    REQUIRE(b.caught_up());
    b.log.break_reading();
    auto why = b.failed.get_future();
    REQUIRE(why.wait_for(patience) == std::future_status::ready);
    CHECK(why.get() == "rows: the file is broken");
    CHECK(b.await([&] { return !b.caught_up(50ms); }));
}
