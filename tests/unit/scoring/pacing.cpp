#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

const std::string ids[] = {"q0", "q1", "q2", "q3", "q4"};

scoring::score_sheet timed(const std::vector<std::optional<std::int64_t>>& times,
                           std::optional<std::int64_t> limit = {}) {
    std::vector<domain::test_item> items;
    for (const auto& id : ids) items.push_back(choice(id, {}, {"1"}));
    auto definition = test_of(items);
    definition.time_limit_s = limit;
    std::vector<domain::given_answer> given;
    for (std::size_t i = 0; i < times.size(); ++i) {
        given.push_back({ids[i], {answer_value::kind::text, "1"}});
        given.back().time_ms = times[i];
    }
    domain::submission submission{};
    submission.answers = given;
    scoring::score_sheet sheet;
    compiled(definition)->score(submission, scoring::profile::standard, sheet);
    return sheet;
}

} // namespace

TEST_CASE("pacing of a submission with times", "[pacing]") {
    const auto pacing = timed({20'000, 30'000, 1'000, std::nullopt}, 600).pacing;
    REQUIRE(pacing);
    CHECK(pacing->total_s == 51);
    CHECK(pacing->limit_s == 600.0);
    CHECK(pacing->median_item_s == 20);
    CHECK(pacing->rapid_share == Approx(1.0 / 3));
    CHECK(pacing->not_reached == 1);
    CHECK(pacing->item_s == std::vector<std::optional<double>>{20.0, 30.0, 1.0, {}, {}});
}

TEST_CASE("the median of an even number of times", "[pacing]") {
    CHECK(timed({10'000, 20'000}).pacing->median_item_s == 15);
}

TEST_CASE("without times there is no pacing", "[pacing]") { CHECK_FALSE(timed({std::nullopt, std::nullopt}).pacing); }
