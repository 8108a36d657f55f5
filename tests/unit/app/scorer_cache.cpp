#include "app/scorer_cache.hpp"

#include "fakes.hpp"
#include "support/catch.hpp"

#include <array>
#include <barrier>
#include <memory>
#include <thread>

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;

namespace {

// Tests "t", versions 1 to `count`, all of the same size, in a catalog that keeps the scorers of `kept` of them. What one
// takes, one more than kept fits before room is made: an eighth is spared.
struct shelf {
    shelf(int count, std::size_t kept) : tests(kept * size_of_one()) {
        for (int version = 1; version <= count; ++version) add_test(tests, simple_test(version));
    }

    static std::size_t size_of_one() {
        catalog one;
        add_test(one, simple_test(1));
        return one.scorer_of(*one.latest("t"))->memory();
    }

    std::shared_ptr<const scoring::scorer> ask(std::int64_t version) const {
        return tests.scorer_of(*tests.find("t", version));
    }

    // Whether the scorer is still the one that was given out first.
    bool kept(std::int64_t version, const std::weak_ptr<const scoring::scorer>& first) const {
        return first.lock() && ask(version) == first.lock();
    }

    catalog tests;
};

double raw_of(const scoring::scorer& scorer) {
    const domain::given_answer right{"q1", {domain::answer_value::kind::text, "A"}};
    const domain::given_answer wrong{"q2", {domain::answer_value::kind::text, "B"}};
    std::vector<domain::given_answer> answers{right, wrong};
    domain::submission submission{};
    submission.answers = answers;
    scoring::score_sheet sheet;
    scorer.score(submission, scoring::profile::standard, sheet);
    return sheet.raw;
}

} // namespace

TEST_CASE("what is replayed at start is compiled when it is asked for, later versions at once", "[scorers]") {
    catalog tests;
    add_test(tests, simple_test(1));
    CHECK(tests.compiled().count == 0);
    const auto scorer = tests.scorer_of(*tests.latest("t"));
    REQUIRE(scorer);
    CHECK(tests.scorer_of(*tests.latest("t")) == scorer);
    CHECK(tests.compiled().count == 1);
    CHECK(tests.compiled().bytes == scorer->memory());
    tests.set_complete();
    add_test(tests, simple_test(2));
    CHECK(tests.compiled().count == 2);
    add_test(tests, simple_test(2, "again"));
    CHECK(tests.compiled().count == 2);
}

TEST_CASE("the scorers asked for least recently make room", "[scorers]") {
    const shelf one(100, 16);
    std::weak_ptr<const scoring::scorer> hot, cold;
    for (int version = 1; version <= 100; ++version) {
        const auto scorer = one.ask(version);
        REQUIRE(scorer);
        if (version == 1) hot = scorer;
        if (version == 2) cold = scorer;
        one.ask(1);
        CHECK(one.tests.compiled().count <= 16);
        CHECK(one.tests.compiled().bytes <= 16 * shelf::size_of_one());
    }
    CHECK(one.kept(1, hot));
    CHECK(cold.expired());
    CHECK(one.tests.compiled().count >= 14); // no more than an eighth is spared
}

TEST_CASE("a scorer that was dropped is built again and scores the same", "[scorers]") {
    const shelf one(40, 4);
    std::weak_ptr<const scoring::scorer> first;
    {
        const auto scorer = one.ask(1);
        first = scorer;
        CHECK(raw_of(*scorer) == 1);
    }
    for (int version = 2; version <= 40; ++version) one.ask(version);
    REQUIRE(first.expired());
    const auto again = one.ask(1);
    REQUIRE(again);
    CHECK(again->definition().version == 1);
    CHECK(raw_of(*again) == 1);
}

TEST_CASE("a scorer in use outlives its place", "[scorers]") {
    const shelf one(40, 4);
    const auto held = one.ask(1);
    for (int version = 2; version <= 40; ++version) one.ask(version);
    CHECK(raw_of(*held) == 1);
    CHECK(one.ask(1) != held);
}

TEST_CASE("a scorer larger than the budget is kept until the next one", "[scorers]") {
    const shelf one(2, 0);
    std::weak_ptr<const scoring::scorer> first = one.ask(1);
    CHECK(one.kept(1, first));
    one.ask(2);
    CHECK(first.expired());
    CHECK(one.tests.compiled().count == 1);
}

TEST_CASE("threads that ask for the same test at the same moment get the same scorer", "[scorers]") {
    const shelf one(50, 100);
    constexpr int threads = 4;
    std::array<std::shared_ptr<const scoring::scorer>, threads> given;
    std::atomic<int> different{0};
    const auto compare = [&]() noexcept {
        for (const auto& scorer : given) different += scorer != given[0] || !scorer;
    };
    std::barrier together(threads, compare);
    {
        std::vector<std::jthread> all;
        for (std::size_t i = 0; i < threads; ++i)
            all.emplace_back([&, i] {
                for (int version = 1; version <= 50; ++version) {
                    given[i] = one.ask(version);
                    together.arrive_and_wait();
                }
            });
    }
    CHECK(different == 0);
    CHECK(one.tests.compiled().count == 50);
}

TEST_CASE("scorers are asked for, dropped and built by many threads at once", "[scorers]") {
    shelf one(20, 4);
    one.tests.set_complete();
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < 4; ++i)
            all.emplace_back([&, i] {
                for (int n = 0; n < 500; ++n) {
                    const int version = n % 3 == 0 ? 1 : 1 + (n * 7 + i * 5) % 20;
                    const auto scorer = one.ask(version);
                    if (!scorer || scorer->definition().version != version || raw_of(*scorer) != 1) ++wrong;
                }
            });
        all.emplace_back([&] {
            for (int version = 21; version <= 60; ++version) add_test(one.tests, simple_test(version));
        });
    }
    CHECK(wrong == 0);
    CHECK(one.tests.compiled().bytes <= 4 * shelf::size_of_one());
    CHECK(one.tests.latest("t")->version == 60);
}
