#include "embedded/group.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace gradesvc::embedded;
using partitions = std::vector<std::int32_t>;

TEST_CASE("the only member gets every partition, once told") {
    group g(4);
    const auto a = g.join("a");
    CHECK(g.has_events(a));
    CHECK(g.take_events(a).gained == partitions{0, 1, 2, 3});
    CHECK_FALSE(g.has_events(a));
    CHECK(g.take_events(a).empty());
}

TEST_CASE("members get ranges in the order of their names") {
    group g(5);
    const auto b = g.join("b");
    const auto a = g.join("a"); // before b was told anything
    CHECK(g.take_events(a).gained == partitions{0, 1, 2});
    CHECK(g.take_events(b).gained == partitions{3, 4});
}

TEST_CASE("a partition moves only after its owner was told and let go of it") {
    group g(4);
    const auto a = g.join("a");
    g.take_events(a);
    const auto b = g.join("b");
    CHECK_FALSE(g.has_events(b));

    CHECK(g.take_events(a).losing == partitions{2, 3});
    CHECK(g.begin_commit(a, partitions{2, 3})); // still its own
    g.end_commit(a);
    CHECK_FALSE(g.has_events(b));
    g.release(a);
    CHECK(g.take_events(b).gained == partitions{2, 3});
    CHECK_FALSE(g.begin_commit(a, partitions{2}));
    CHECK_FALSE(g.has_events(a));
}

TEST_CASE("a release during a commit takes effect after it") {
    group g(2);
    const auto a = g.join("a");
    g.take_events(a);
    const auto b = g.join("b");
    g.take_events(a);
    REQUIRE(g.begin_commit(a, partitions{1}));
    g.release(a);
    CHECK_FALSE(g.has_events(b));
    g.end_commit(a);
    CHECK(g.take_events(b).gained == partitions{1});
}

TEST_CASE("a move that is called off in time is never reported") {
    group g(2);
    const auto a = g.join("a");
    g.take_events(a);
    const auto b = g.join("b");
    g.leave(b);
    CHECK_FALSE(g.has_events(a));
    CHECK(g.begin_commit(a, partitions{0, 1}));
}

TEST_CASE("a partition that was reported as losing comes back only after the release") {
    group g(2);
    const auto a = g.join("a");
    g.take_events(a);
    const auto b = g.join("b");
    REQUIRE(g.take_events(a).losing == partitions{1});
    g.leave(b);
    CHECK_FALSE(g.has_events(a));
    g.release(a);
    CHECK(g.take_events(a).gained == partitions{1});
}

TEST_CASE("who joins under a living member's name takes its place, and the old one is fenced") {
    group g(2);
    const auto old = g.join("a");
    g.take_events(old);
    const auto fresh = g.join("a");
    CHECK(g.take_events(fresh).gained == partitions{0, 1});
    CHECK_FALSE(g.begin_commit(old, partitions{0}));
    CHECK_FALSE(g.begin_commit(old, {}));
    CHECK(g.take_events(old).lost == partitions{0, 1});
    CHECK(g.take_events(old).empty());
    g.leave(old);
    CHECK(g.begin_commit(fresh, partitions{0, 1}));
}

TEST_CASE("what a fenced or leaving member is committing is given away after the commit") {
    group g(1);
    const auto old = g.join("a");
    g.take_events(old);
    REQUIRE(g.begin_commit(old, partitions{0}));
    const auto fresh = g.join("a");
    CHECK_FALSE(g.has_events(fresh));
    g.leave(old);
    CHECK_FALSE(g.has_events(fresh));
    g.end_commit(old);
    CHECK(g.take_events(fresh).gained == partitions{0});
}

TEST_CASE("a commit for a partition that is not owned, not told or not there is fenced") {
    group g(2);
    const auto a = g.join("a");
    CHECK_FALSE(g.begin_commit(a, partitions{0}));
    g.take_events(a);
    CHECK_FALSE(g.begin_commit(a, partitions{0, 2}));
    CHECK_FALSE(g.begin_commit(a, partitions{-1}));
    CHECK_FALSE(g.begin_commit(a + 100, partitions{0}));
}

TEST_CASE("more members than partitions: some have nothing until one leaves") {
    group g(1);
    const auto a = g.join("a");
    const auto b = g.join("b");
    CHECK(g.take_events(a).gained == partitions{0});
    CHECK(g.take_events(b).empty());
    g.leave(a);
    CHECK(g.take_events(b).gained == partitions{0});
}

TEST_CASE("whatever members do, no partition has two owners and none is forgotten") {
    const auto seed = GENERATE(range(1u, 40u));
    std::mt19937 random(seed);
    const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    group g(7);
    struct view {
        std::set<std::int32_t> held, losing;
        bool committing = false;
    };
    std::map<member_id, view> members;
    const auto someone = [&] { return std::next(members.begin(), static_cast<std::ptrdiff_t>(below(members.size()))); };
    const auto told = [&](member_id id, view& v) {
        const auto events = g.take_events(id);
        for (const auto p : events.lost) v.held.erase(p), v.losing.erase(p);
        for (const auto p : events.losing) {
            CHECK(v.held.erase(p) == 1);
            v.losing.insert(p);
        }
        for (const auto p : events.gained) {
            for (auto& [other, theirs] : members)
                if (other != id) CHECK_FALSE(theirs.held.contains(p));
            CHECK(v.held.insert(p).second);
        }
    };
    for (int i = 0; i < 400; ++i) {
        const auto what = below(6);
        if (members.empty() || (what == 0 && members.size() < 9)) {
            members[g.join("m" + std::to_string(i))];
            continue;
        }
        auto it = someone();
        auto& [id, v] = *it;
        if (what == 1 && !v.committing) {
            g.leave(id);
            members.erase(it);
        } else if (what == 2) {
            told(id, v);
        } else if (what == 3) {
            g.release(id);
            v.losing.clear();
        } else if (what == 4 && !v.committing) {
            v.committing = g.begin_commit(id, partitions(v.held.begin(), v.held.end()));
            CHECK(v.committing);
        } else if (what == 5 && v.committing) {
            g.end_commit(id);
            v.committing = false;
        }
    }
    for (int pass = 0; pass < 3; ++pass) // everybody does what is asked: then everything is owned, evenly
        for (auto& [id, v] : members) {
            if (v.committing) g.end_commit(id);
            v.committing = false;
            told(id, v);
            g.release(id);
            v.losing.clear();
        }
    std::size_t owned = 0;
    for (const auto& [id, v] : members) {
        owned += v.held.size();
        CHECK(v.held.size() >= 7 / members.size());
    }
    CHECK((members.empty() || owned == 7));
}
