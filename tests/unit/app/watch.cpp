#include "gradesvc/app/watch.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using gradesvc::app::watch;
using gradesvc::domain::submission_id;

namespace {

submission_id id_of(int n) { return submission_id::v5(std::to_string(n)); }

} // namespace

TEST_CASE("who waits is woken once, and only for their submission", "[watch]") {
    watch watched;
    int a = 0, a2 = 0, b = 0;
    watched.add(id_of(1), [&] { ++a; });
    watched.add(id_of(1), [&] { ++a2; });
    watched.add(id_of(2), [&] { ++b; });
    const std::vector<submission_id> ids{id_of(3), id_of(1), id_of(1)};
    watched.settled(ids);
    CHECK(a == 1);
    CHECK(a2 == 1);
    CHECK(b == 0);
    watched.settled(ids);
    CHECK(a == 1);
}

TEST_CASE("who has gone is not woken", "[watch]") {
    watch watched;
    int gone = 0, there = 0;
    const auto token = watched.add(id_of(1), [&] { ++gone; });
    const auto other = watched.add(id_of(1), [&] { ++there; });
    watched.remove(token);
    watched.remove(token); // twice does no harm
    watched.settled(std::vector<submission_id>{id_of(1)});
    CHECK(gone == 0);
    CHECK(there == 1);
    watched.remove(other); // woken already
    watched.remove(12'345);
}

TEST_CASE("waiting, going and settling from many threads", "[watch]") {
    constexpr int threads = 4, rounds = 2'000;
    watch watched;
    std::atomic<int> wakes{0}, late{0};
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                auto gone = std::make_shared<std::atomic<bool>>(false);
                const auto token = watched.add(id_of(i % 7), [&, gone] { gone->load() ? ++late : ++wakes; });
                if ((i + t) % 3 == 0) watched.settled(std::vector<submission_id>{id_of(i % 7)});
                watched.remove(token);
                gone->store(true);
            }
        });
    all.clear();
    CHECK(late == 0); // after remove() returns nobody is called
    CHECK(wakes > 0);
}
