#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using domain::option_penalty;
using domain::rule_kind;
using scoring::item_outcome;

namespace {

const std::vector<std::string> five = {"A", "B", "C", "D", "E"};

domain::test_item partial(rule_kind kind, const std::vector<std::string>& correct,
                          const std::vector<std::string>& options = five) {
    auto item = multiple("q", options, correct);
    item.rule.kind = kind;
    return item;
}

scoring::item_score line(const domain::test_item& item, const std::vector<std::string_view>& ticked) {
    return score(*compiled(item), answers().list("q", ticked)).item_scores[0];
}

double points(const domain::test_item& item, const std::vector<std::string_view>& ticked) {
    const auto scorer = compiled(item);
    return score(*scorer, answers().list("q", ticked)).item_scores[0].score;
}

} // namespace

TEST_CASE("edc: every decision counts, ticks and blanks alike") {
    auto item = partial(rule_kind::edc, {"A", "B"});
    CHECK(points(item, {"A"}) == 0.8);
    CHECK(points(item, {"A", "B", "C"}) == 0.8);
    CHECK(points(item, {"C"}) == 0.4);
    CHECK(points(item, {"C", "D", "E"}) == 0);
    CHECK(points(item, {"A", "B", "C", "D", "E"}) == 0.4);
    CHECK(points(item, {}) == 0); // blank, though the formula says 0.6
    CHECK(points(item, {"A", "B"}) == 1);
    CHECK(points(item, {"A", "A"}) == 0.8);
    item.max_score = "2";
    CHECK(points(item, {"A"}) == 1.6);
    CHECK(line(item, {"B", "A"}).outcome == item_outcome::correct);
    CHECK(line(item, {"A"}).outcome == item_outcome::partial);
    CHECK(line(item, {"C", "D", "E"}).outcome == item_outcome::incorrect);
}

TEST_CASE("halves: one error a half, two a quarter, where there are options enough") {
    auto item = partial(rule_kind::halves, {"A", "B"});
    CHECK(points(item, {"A", "B"}) == 1);
    CHECK(points(item, {"A"}) == 0.5);
    CHECK(points(item, {"A", "B", "D"}) == 0.5);
    CHECK(points(item, {"A", "C"}) == 0.25);
    CHECK(points(item, {"C", "D", "E"}) == 0);
    CHECK(points(item, {"A", "C", "D"}) == 0);
    CHECK(points(item, {}) == 0);
    item.max_score = "3";
    CHECK(points(item, {"A", "C"}) == 0.75);
    const auto four = partial(rule_kind::halves, {"A", "B"}, {"A", "B", "C", "D"});
    CHECK(points(four, {"A"}) == 0.5);
    CHECK(points(four, {"A", "C"}) == 0);
    const auto two = partial(rule_kind::halves, {"A"}, {"A", "B"});
    CHECK(points(two, {"A"}) == 1);
    CHECK(points(two, {"A", "B"}) == 0);
}

TEST_CASE("per_option: a share for each right tick, a penalty for each wrong one") {
    auto item = partial(rule_kind::per_option, {"A", "C", "E"});
    CHECK(points(item, {"A", "C", "E"}) == 1);
    CHECK(points(item, {"A", "C"}) == 2.0 / 3);
    CHECK(points(item, {"A", "B", "C", "E"}) == 0.5);
    CHECK(points(item, {"B"}) == 0);
    CHECK(points(item, {}) == 0);
    const auto with = [&](option_penalty penalty) {
        item.rule.penalty = penalty;
        return points(item, {"A", "C", "B"});
    };
    CHECK(with(option_penalty::wrong_count) == Approx(2.0 / 3 - 1.0 / 2));
    CHECK(with(option_penalty::wrong_count_2) == Approx(2.0 / 3 - 1.0 / 2));
    CHECK(with(option_penalty::correct_count) == Approx(1.0 / 3));
    CHECK(with(option_penalty::all) == 0);
    CHECK(with(option_penalty::none) == Approx(2.0 / 3));
}

TEST_CASE("per_option with one wrong option: false charges all of it, false2 a half") {
    auto item = partial(rule_kind::per_option, {"A", "B"}, {"A", "B", "C"});
    item.rule.penalty = option_penalty::wrong_count;
    CHECK(points(item, {"A", "B", "C"}) == 0);
    item.rule.penalty = option_penalty::wrong_count_2;
    CHECK(points(item, {"A", "B", "C"}) == 0.5);
    auto all_right = partial(rule_kind::per_option, {"A", "B"}, {"A", "B"});
    all_right.rule.penalty = option_penalty::wrong_count;
    CHECK(points(all_right, {"A", "B"}) == 1);
}

TEST_CASE("bounds of per_option are shares of max_score") {
    auto item = partial(rule_kind::per_option, {"A", "B"});
    item.max_score = "4";
    item.rule.penalty = option_penalty::all;
    CHECK(points(item, {"C"}) == 0);
    item.rule.lower_bound = "-1/2";
    CHECK(points(item, {"C"}) == -2);
    CHECK(points(item, {"C", "D"}) == -2);
    CHECK(points(item, {"A", "C"}) == -2);
    item.rule.upper_bound = "0.75";
    CHECK(points(item, {"A", "B"}) == 3);
    CHECK(line(item, {"A", "B"}).max == 4);
}

TEST_CASE("certainty multiplies a share of a right answer") {
    auto item = partial(rule_kind::edc, {"A", "B"});
    item.cbm = true;
    const auto scorer = compiled(item);
    const auto sure = [&](const std::vector<std::string_view>& ticked, std::optional<int> certainty) {
        answers given;
        given.list("q", ticked);
        auto submission = given.submission();
        auto answer = submission.answers[0];
        answer.certainty = certainty;
        submission.answers = {&answer, 1};
        scoring::score_sheet sheet;
        scorer->score(submission, scoring::profile::full, sheet);
        return sheet.item_scores[0].score;
    };
    CHECK(sure({"A"}, 3) == 2.4);
    CHECK(sure({"A"}, {}) == 0.8);
    CHECK(sure({"C", "D", "E"}, 3) == -6);
    CHECK(sure({"C", "D", "E"}, 2) == -2);
    CHECK(sure({"C", "D", "E"}, 1) == 0);
    CHECK(line(item, {"A"}).max == 3);
}
