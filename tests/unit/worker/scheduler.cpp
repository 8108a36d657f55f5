#include "worker/scheduler.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace gradesvc::worker;
using namespace std::chrono_literals;
using gradesvc::ports::record;

namespace {

const steady::time_point start{1h};

job_ptr make_job(std::int32_t partition, std::int64_t offset, std::optional<std::string_view> key) {
    auto made = std::make_unique<job>();
    made->record.partition = partition;
    made->record.offset = offset;
    made->record.key = key; // the keys of these tests are literals
    return made;
}

std::vector<taken> take(scheduler& s, std::size_t n, steady::time_point now = start) {
    std::vector<taken> got;
    s.take(n, now, got);
    return got;
}

std::vector<std::int64_t> offsets(const std::vector<taken>& jobs) {
    std::vector<std::int64_t> found;
    for (const auto& t : jobs) found.push_back(t.work->record.offset);
    return found;
}

using list = std::vector<std::int64_t>;

} // namespace

TEST_CASE("records of one user follow each other, those of others overtake") {
    scheduler s;
    s.add(make_job(0, 0, "ann"));
    s.add(make_job(0, 1, "ann"));
    s.add(make_job(0, 2, "bob"));
    auto first = take(s, 2);
    CHECK(offsets(first) == list{0, 2});
    CHECK(take(s, 2).empty());
    CHECK(s.finished(*first[0].work));
    CHECK(offsets(take(s, 2)) == list{1});
}

TEST_CASE("a batch that has room left takes more of the same users, in order") {
    scheduler s;
    for (int i = 0; i < 5; ++i) s.add(make_job(0, i, i % 2 == 0 ? "ann" : "bob"));
    const auto batch = take(s, 10);
    CHECK(offsets(batch) == list{0, 1, 2, 3, 4});
    CHECK(batch[0].chain == batch[2].chain);
    CHECK(batch[0].chain != batch[1].chain);
    CHECK(s.waiting() == 0);
    CHECK(s.out() == 5);
}

TEST_CASE("records without a key wait for nobody") {
    scheduler s;
    for (int i = 0; i < 3; ++i) s.add(make_job(0, i, std::nullopt));
    CHECK(offsets(take(s, 1)) == list{0});
    CHECK(offsets(take(s, 2)) == list{1, 2});
}

TEST_CASE("partitions take turns") {
    scheduler s;
    for (int i = 0; i < 4; ++i) s.add(make_job(0, i, std::nullopt));
    s.add(make_job(1, 100, std::nullopt));
    s.add(make_job(2, 200, std::nullopt));
    CHECK(offsets(take(s, 4)) == list{0, 100, 200, 1});
}

TEST_CASE("a user whose record waits for a retry holds up nobody else") {
    scheduler s;
    for (int i = 0; i < 2; ++i) s.add(make_job(0, i, "ann"));
    auto first = take(s, 1);
    s.retry_at(std::move(first[0].work), start + 1s);
    s.add(make_job(0, 2, "bob"));
    CHECK(s.next_retry() == start + 1s);
    CHECK(offsets(take(s, 5)) == list{2});
    CHECK_FALSE(s.has_ready(start));
    CHECK(s.has_ready(start + 1s));
    CHECK(offsets(take(s, 5, start + 1s)) == list{0, 1});
}

TEST_CASE("jobs that come back go to their old place") {
    scheduler s;
    for (int i = 0; i < 4; ++i) s.add(make_job(0, i, "ann"));
    auto batch = take(s, 3);
    s.retry_at(std::move(batch[0].work), start + 1s);
    s.give_back(std::move(batch[2].work));
    CHECK(take(s, 5, start + 2s).empty()); // one is still out
    s.give_back(std::move(batch[1].work));
    CHECK(offsets(take(s, 5, start + 2s)) == list{0, 1, 2, 3});
}

TEST_CASE("a closed partition hands out nothing and takes nothing back") {
    scheduler s;
    for (int i = 0; i < 3; ++i) s.add(make_job(0, i, std::nullopt));
    auto batch = take(s, 2);
    s.close(0);
    s.give_back(std::move(batch[0].work));
    CHECK(take(s, 5).empty());
    CHECK(s.waiting() == 0);
    CHECK(s.out_of(0) == 1);
    CHECK(s.finished(*batch[1].work));
    CHECK(s.out() == 0);
}

TEST_CASE("the outcome of a job is adopted when its partition comes back") {
    scheduler s;
    s.add(make_job(0, 7, "ann"));
    auto batch = take(s, 1);
    s.drop(0, scheduler::orphans::adopt);
    CHECK(s.out() == 0);

    SECTION("while it runs: the user waits for it") {
        CHECK_FALSE(s.add(make_job(0, 7, "ann")));
        CHECK_FALSE(s.add(make_job(0, 8, "ann")));
        CHECK(take(s, 5).empty());
        CHECK(s.finished(*batch[0].work));
        CHECK(offsets(take(s, 5)) == list{8});
    }
    SECTION("after it has ended") {
        CHECK_FALSE(s.finished(*batch[0].work));
        outcome done{.source = std::move(batch[0].work), .what = verdict::finished};
        s.park(std::move(done));
        const auto adopted = s.add(make_job(0, 7, "ann"));
        REQUIRE(adopted);
        CHECK(adopted->source->record.offset == 7);
        CHECK(take(s, 5).empty());
    }
    SECTION("but not when the partition was lost meanwhile") {
        s.drop(0, scheduler::orphans::discard);
        CHECK_FALSE(s.add(make_job(0, 7, "ann")));
        CHECK(offsets(take(s, 5)) == list{7});
        CHECK_FALSE(s.finished(*batch[0].work));
    }
    SECTION("but not when an earlier record of the user has to be scored first") {
        s.add(make_job(0, 6, "ann"));
        s.add(make_job(0, 7, "ann"));
        CHECK(offsets(take(s, 5)) == list{6, 7});
        CHECK_FALSE(s.finished(*batch[0].work));
    }
    SECTION("but not when another member has finished it") {
        s.forget_orphans(0, 8);
        CHECK_FALSE(s.finished(*batch[0].work));
        s.park({.source = std::move(batch[0].work), .what = verdict::finished});
        CHECK_FALSE(s.add(make_job(0, 8, "ann")));
    }
}

TEST_CASE(
    "whatever comes back, fails or is dropped, each user's records are handed out one batch at a time and in order") {
    static constexpr std::string_view keys[] = {"a", "b", "c", "d", "e"};
    for (unsigned seed = 1; seed <= 15; ++seed) {
        std::mt19937 random(seed);
        scheduler s;
        std::int64_t next[3] = {};
        std::map<std::pair<std::int32_t, std::string>, std::int64_t> last; // finished
        std::vector<taken> out;
        auto now = start;
        bool right = true;
        for (int step = 0; step < 2000; ++step) {
            now += 1ms;
            const auto what = random() % 10;
            if (what < 4) {
                const auto p = static_cast<std::int32_t>(random() % 3);
                s.add(make_job(p, next[p]++, keys[random() % 5]));
            } else if (what < 6) {
                std::set<std::uint64_t> before;
                for (const auto& t : out) before.insert(t.chain);
                const std::size_t from = out.size();
                s.take(1 + random() % 4, now, out);
                for (std::size_t i = from; i < out.size(); ++i) right &= !before.contains(out[i].chain);
            } else if (!out.empty()) {
                // A thread runs its batch in order: only the first one of a user can end.
                const std::size_t i = random() % out.size();
                const auto same = [&](const taken& t) { return t.chain == out[i].chain; };
                const auto it = std::ranges::find_if(out, same);
                if (random() % 4 == 0) {
                    for (auto t = out.begin(); t != out.end(); ++t)
                        if (t != it && t->chain == it->chain) s.give_back(std::move(t->work));
                    const auto chain = it->chain;
                    s.retry_at(std::move(it->work), now + 3ms);
                    std::erase_if(out, [&](const taken& t) { return t.chain == chain; });
                    continue;
                }
                const record& r = it->work->record;
                auto [place, first] = last.try_emplace({r.partition, std::string(*r.key)}, r.offset);
                if (!first) right &= std::exchange(place->second, r.offset) < r.offset;
                right &= s.finished(*it->work);
                out.erase(it);
            }
        }
        INFO("seed " << seed);
        CHECK(right);
        CHECK(s.out() == out.size());
    }
}

TEST_CASE("a partition on hold hands out nothing until it is opened") {
    scheduler s;
    s.hold(0);
    s.add(make_job(0, 0, "ann"));
    s.add(make_job(0, 1, "ann"));
    s.add(make_job(1, 0, "bob"));
    auto other = take(s, 9);
    REQUIRE(other.size() == 1);
    CHECK(other[0].work->record.partition == 1);
    CHECK_FALSE(s.has_ready(start));
    CHECK(s.waiting() == 2);
    s.open(0);
    CHECK(s.has_ready(start));
    CHECK(offsets(take(s, 9)) == list{0, 1});

    s.add(make_job(2, 0, "ann"));
    s.hold(2);
    CHECK_FALSE(s.has_ready(start));
    s.close(2);
    s.open(2);
    CHECK_FALSE(s.has_ready(start));
    s.drop(2, scheduler::orphans::discard);
    s.add(make_job(2, 0, "ann"));
    CHECK(s.has_ready(start)); // a new assignment is not on hold
}
