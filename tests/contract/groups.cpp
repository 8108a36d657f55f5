// ports::consumer with several members: hand-over and fencing.
#include "helpers.hpp"
#include "support/catch.hpp"

#include <set>
#include <thread>

using namespace gradesvc;
using namespace gradesvc::test;
using namespace std::chrono_literals;

namespace {

/// A copier on a thread of its own.
class running_member {
public:
    running_member(ports::log& log, const std::string& in, const std::string& out, const std::string& group,
                   const std::string& instance)
        : copier_(log, in, out, group, instance), thread_([this] {
              while (!stop_) copier_.step(50ms, 50);
              copier_.leave();
          }) {}
    ~running_member() { stop(); }
    running_member(const running_member&) = delete;
    running_member& operator=(const running_member&) = delete;

    int copied() const { return copier_.copied(); }
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    copier copier_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

} // namespace

TEST_CASE("members come and go, and every record is copied exactly once", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto in = make_topic(*log, "in", 6);
        const auto out = make_topic(*log, "out", 6);
        const auto group = fixture::fresh_name("g");
        auto publisher = log->make_publisher();
        int published = 0;
        const auto publish_until = [&](const std::function<bool()>& condition) {
            for (const deadline limit; !condition();) {
                if (limit.passed()) FAIL("a member gets nothing");
                std::vector<ports::outgoing> records;
                for (int i = 0; i < 60; ++i, ++published)
                    records.push_back(record_of(in, "k" + std::to_string(published % 100), std::to_string(published)));
                publish_all(*publisher, records);
                std::this_thread::sleep_for(5ms);
            }
        };
        running_member a(*log, in, out, group, "a");
        running_member b(*log, in, out, group, "b");
        publish_until([&] { return a.copied() > 0 && b.copied() > 0; });
        running_member c(*log, in, out, group, "c");
        publish_until([&] { return c.copied() > 0; });
        a.stop();
        const int before = b.copied() + c.copied();
        publish_until([&] { return b.copied() + c.copied() > before + 500; });

        std::vector<seen> copies;
        auto reader = log->make_reader({out}, {});
        for (const deadline limit; copies.size() < static_cast<std::size_t>(published) && !limit.passed();)
            for (const auto& r : reader->read(100ms)) copies.push_back(copy_of(r));
        b.stop();
        c.stop();
        for (auto& rest : read_to_end(*log, *reader, {out})) copies.push_back(std::move(rest));
        CHECK(copies.size() == static_cast<std::size_t>(published));
        std::set<std::string> distinct;
        std::map<std::string, int> last;
        for (const auto& r : copies) {
            distinct.insert(r.value);
            const int number = std::stoi(r.value);
            const auto [it, first] = last.try_emplace(*r.key, number);
            if (!first) CHECK(number > it->second); // order of a key survives the hand-over
            it->second = number;
        }
        CHECK(distinct.size() == static_cast<std::size_t>(published));
    });
}

TEST_CASE("a partition moves with what its owner has committed before it let go", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "move", 2);
        const auto group = fixture::fresh_name("g");
        publish_all(*log->make_publisher(), numbered(topic, 40, 20));
        auto a = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
        poll_until(*a, [](const auto& all) { return all.gained.size() == 2 && all.records.size() == 40; });

        auto b = log->make_consumer({.group = group, .topic = topic, .instance = "b"});
        const auto joining = std::make_unique<std::thread>([&b] { b->poll(0ms); });
        joining->join();
        ports::polled news;
        for (const deadline limit; news.losing.empty() && !limit.passed();) {
            news = a->poll(50ms);
            CHECK(b->poll(10ms).gained.empty());
        }
        REQUIRE_FALSE(news.losing.empty());
        std::vector<ports::checkpoint> checkpoints;
        for (const auto p : news.losing) checkpoints.push_back({p, 3 + p, "finished " + std::to_string(p)});
        REQUIRE_FALSE(a->commit({}, checkpoints).error);
        a->release();

        std::vector<ports::assignment> gained;
        for (const deadline limit; gained.empty() && !limit.passed();) {
            a->poll(10ms);
            gained = b->poll(50ms).gained;
        }
        REQUIRE(gained.size() == 1);
        CHECK(gained[0].position == 3 + gained[0].partition);
        CHECK(gained[0].note == "finished " + std::to_string(gained[0].partition));
    });
}

TEST_CASE("who leaves hands everything to the others", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "leave", 2);
        const auto group = fixture::fresh_name("g");
        auto a = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
        poll_until(*a, [](const auto& all) { return all.gained.size() == 2; });
        const std::vector<ports::checkpoint> checkpoints{{0, 0, "zero"}, {1, 0, "one"}};
        REQUIRE_FALSE(a->commit({}, checkpoints).error);
        a->leave();
        auto b = log->make_consumer({.group = group, .topic = topic, .instance = "b"});
        const auto news = poll_until(*b, [](const auto& all) { return all.gained.size() == 2; });
        for (const auto& g : news.gained) CHECK(g.note == (g.partition == 0 ? "zero" : "one"));
    });
}

TEST_CASE("a member whose name another takes is fenced, and nothing of its commit is visible", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto in = make_topic(*log, "in", 2);
        const auto out = make_topic(*log, "out", 1);
        const auto group = fixture::fresh_name("g");
        auto old = log->make_consumer({.group = group, .topic = in, .instance = "a"});
        poll_until(*old, [](const auto& all) { return all.gained.size() == 2; });
        const std::vector outputs{record_of(out, "k", "of the old one")};
        const std::vector<ports::checkpoint> checkpoints{{0, 0, "old"}};
        REQUIRE_FALSE(old->commit(outputs, checkpoints).error);

        auto fresh = log->make_consumer({.group = group, .topic = in, .instance = "a"});
        poll_until(*fresh, [](const auto& all) { return all.gained.size() == 2; });
        const std::vector refused{record_of(out, "k", "refused")};
        CHECK(old->commit(refused, checkpoints).error == ports::log_errc::fenced);
        const auto news = poll_until(*old, [](const auto& all) { return all.lost.size() == 2; });
        CHECK(news.records.empty());

        const std::vector accepted{record_of(out, "k", "of the new one")};
        REQUIRE_FALSE(fresh->commit(accepted, checkpoints).error);
        const auto visible = read_all(*log, out);
        REQUIRE(visible.size() == 2);
        CHECK(visible[0].value == "of the old one");
        CHECK(visible[1].value == "of the new one");
    });
}

TEST_CASE("a partition that was paused and comes back after a hand-over delivers again", "[contract]") {
    on_every_log([](const fixture& f) {
        auto log = f.open();
        const auto topic = make_topic(*log, "regained", 2);
        const auto group = fixture::fresh_name("g");
        auto publisher = log->make_publisher();
        auto first = log->make_consumer({.group = group, .topic = topic, .instance = "a"});
        poll_until(*first, [](const auto& all) { return all.gained.size() == 2; });
        first->pause(0);
        first->pause(1);

        std::size_t held = 2;
        std::set<std::int32_t> regained, delivered; // what never went is paused still
        const auto follow = [&] {
            const auto news = first->poll(50ms);
            held = held - news.losing.size() - news.lost.size() + news.gained.size();
            for (const auto& a : news.gained) regained.insert(a.partition);
            for (const auto& r : news.records) delivered.insert(r.partition);
            if (!news.losing.empty()) first->release();
        };
        auto second = log->make_consumer({.group = group, .topic = topic, .instance = "b"});
        bool shared = false;
        for (const deadline limit; !shared && !limit.passed();) {
            follow();
            shared = !second->poll(50ms).gained.empty();
        }
        REQUIRE(shared);
        second->leave();
        second.reset();
        for (const deadline limit; held < 2 && !limit.passed();) follow();
        REQUIRE(held == 2);
        REQUIRE_FALSE(regained.empty());

        for (const auto partition : regained) {
            auto record = record_of(topic, "k", "new");
            record.partition = partition;
            REQUIRE_FALSE(publish(*publisher, record).error);
        }
        for (const deadline limit(20s); delivered != regained && !limit.passed();) follow();
        CHECK(delivered == regained);
    });
}
