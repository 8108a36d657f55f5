#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using scoring::item_outcome;

namespace {

const std::vector<std::string> abcd = {"A", "B", "C", "D"};

// Points before the floor of the total.
double points(const domain::test_item& item, const std::vector<std::string_view>& ticked) {
    const auto scorer = compiled(item);
    return score(*scorer, answers().list(item.item_id, ticked)).item_scores[0].score;
}

} // namespace

TEST_CASE("a single choice earns its points, or the wrong score") {
    auto item = choice("q", abcd, {"B"});
    item.rule.wrong_score = "-1/3";
    const auto scorer = compiled(item);
    const auto right = score(*scorer, answers().text("q", "B"));
    CHECK(right.item_scores[0].score == 1);
    CHECK(right.item_scores[0].outcome == item_outcome::correct);
    CHECK(right.raw == 1);
    CHECK(right.percent == 100);
    const auto wrong = score(*scorer, answers().list("q", {"C"}));
    CHECK(wrong.item_scores[0].score == -1.0 / 3.0);
    CHECK(wrong.item_scores[0].outcome == item_outcome::incorrect);
    CHECK(wrong.raw == 0);
    CHECK(wrong.percent == 0);
    const auto blank = score(*scorer, answers());
    CHECK(blank.item_scores[0].score == 0);
    CHECK(blank.item_scores[0].outcome == item_outcome::blank);
    CHECK(blank.answered == 0);
    CHECK(blank.max == 1);
}

TEST_CASE("match_correct of a multiple choice wants exactly the key") {
    const auto item = multiple("q", abcd, {"A", "C"});
    CHECK(points(item, {"C", "A"}) == 1);
    CHECK(points(item, {"C", "A", "A"}) == 1);
    CHECK(points(item, {"A"}) == 0);
    CHECK(points(item, {"A", "C", "D"}) == 0);
    CHECK(points(item, {}) == 0);
    CHECK(points(multiple("q", abcd, {"A"}), {"A"}) == 1);
}

TEST_CASE("map_response adds what distinct members are worth") {
    auto item = multiple("q", abcd, {"B", "C"});
    map_to(item, {{"A", "0"}, {"B", "1"}, {"C", "0.5"}, {"D", "0"}});
    CHECK(points(item, {"C"}) == 0.5);
    CHECK(points(item, {"C", "B"}) == 1.5);
    CHECK(points(item, {"B", "B", "C"}) == 1.5);
    CHECK(points(item, {}) == 0);
    CHECK(compiled(item)->definition().items[0].item_id == "q");
    CHECK(score(*compiled(item), answers()).max == 1.5);
    item.rule.upper_bound = "1";
    CHECK(points(item, {"C", "B"}) == 1);
    CHECK(score(*compiled(item), answers()).max == 1);
    item.rule.upper_bound.reset();
    item.max_score = "1";
    CHECK(points(item, {"C", "B"}) == 1);
}

TEST_CASE("Moodle's multiple choice: fractions summed and floored at 0") {
    auto item = multiple("q", abcd, {});
    map_to(item, {{"A", ".5"}, {"B", ".5"}, {"C", "-.5"}, {"D", "-.5"}});
    item.rule.lower_bound = "0";
    CHECK(points(item, {"A", "B"}) == 1);
    CHECK(points(item, {"A"}) == 0.5);
    CHECK(points(item, {"A", "C"}) == 0);
    CHECK(points(item, {"A", "B", "C"}) == 0.5);
    CHECK(points(item, {"C", "D"}) == 0);
    item.rule.lower_bound.reset();
    CHECK(points(item, {"C", "D"}) == -1);
}

TEST_CASE("map_response without a mapping shares max_score among the correct members") {
    auto item = multiple("q", abcd, {"A", "B", "C"});
    item.rule.kind = domain::rule_kind::map_response;
    item.max_score = "2";
    CHECK(points(item, {"A"}) == 2.0 / 3.0);
    CHECK(points(item, {"A", "B", "C"}) == 2);
    CHECK(points(item, {"A", "B", "C", "D"}) == 2);
    item.rule.default_score = "-1";
    CHECK(points(item, {"A", "D"}) == 0);
    CHECK(points(item, {"A", "B", "C", "D"}) == 1);
}

TEST_CASE("what a mapping does not name earns default_score, each text once") {
    auto item = multiple("q", {}, {});
    map_to(item, {{"A", "2"}});
    item.rule.default_score = "-0.25";
    item.max_score = "2";
    CHECK(points(item, {"A", "x", "y", "x"}) == 1.5);
    auto one = choice("q", abcd, {"B"});
    map_to(one, {{"B", "1"}, {"C", "0.5"}, {"D", "-0.25"}});
    const auto scorer = compiled(one);
    CHECK(score(*scorer, answers().text("q", "C")).item_scores[0].outcome == item_outcome::partial);
    CHECK(score(*scorer, answers().text("q", "D")).item_scores[0].score == -0.25);
    CHECK(score(*scorer, answers().text("q", "A")).item_scores[0].score == 0);
    CHECK(score(*scorer, answers().text("q", "B")).item_scores[0].outcome == item_outcome::correct);
}

TEST_CASE("the greatest reachable sum counts unmapped options too") {
    auto item = multiple("q", abcd, {});
    map_to(item, {{"A", "1"}});
    item.rule.default_score = "0.5";
    CHECK(score(*compiled(item), answers()).max == 2.5);
    item.cardinality = domain::cardinality::single;
    CHECK(score(*compiled(item), answers()).max == 1);
    map_to(item, {{"A", "-1"}});
    CHECK(score(*compiled(item), answers()).max == 0.5);
}

TEST_CASE("many options are found as well as few") {
    std::vector<std::string> options;
    for (int i = 0; i < 200; ++i) options.push_back("option " + std::to_string(i));
    const auto item = multiple("q", options, {"option 7", "option 199"});
    const auto scorer = compiled(item);
    CHECK(points(item, {"option 199", "option 7"}) == 1);
    for (const auto& option : options) CHECK(check(*scorer, answers().text("q", option)).empty());
    CHECK(check(*scorer, answers().text("q", "option 200")).size() == 1);
}

TEST_CASE("the misconception behind a wrong choice is told") {
    auto item = multiple("q", abcd, {"A", "B"});
    item.misconceptions = {{"D", {{{"", "sign error"}}}}, {"C", {{{"en", "order"}, {"de", "Reihenfolge"}}}}};
    auto definition = test_of({item, choice("r", abcd, {"A"})});
    definition.items[1].misconceptions = {{"B", {{{"", "slip"}}}}};
    definition.locale = "de";
    const auto scorer = compiled(definition);
    const auto sheet = score(*scorer, answers().list("q", {"D", "A", "C"}).text("r", "B"));
    CHECK(sheet.item_scores[0].misconception == "Reihenfolge");
    CHECK(sheet.item_scores[1].misconception == "slip");
    CHECK(score(*scorer, answers().list("q", {"D", "A"})).item_scores[0].misconception == "sign error");
    CHECK(score(*scorer, answers().list("q", {"B", "A"}).text("r", "A")).item_scores[0].misconception.empty());
}

TEST_CASE("certainty-based marking pays certainty and charges error") {
    auto item = choice("q", {"A", "B"}, {"A"});
    item.cbm = true;
    const auto scorer = compiled(item);
    const auto earned = [&](std::string_view option, std::optional<int> certainty) {
        return score(*scorer, answers().text("q", option, certainty)).item_scores[0].score;
    };
    CHECK(earned("A", 1) == 1);
    CHECK(earned("A", 2) == 2);
    CHECK(earned("A", 3) == 3);
    CHECK(earned("B", 1) == 0);
    CHECK(earned("B", 2) == -2);
    CHECK(earned("B", 3) == -6);
    CHECK(earned("A", {}) == 1);
    const auto sheet = score(*scorer, answers().text("q", "A", 1));
    CHECK(sheet.max == 3);
    CHECK(sheet.item_scores[0].max == 3);
    CHECK(sheet.item_scores[0].outcome == item_outcome::correct);
    CHECK(score(*scorer, answers()).item_scores[0].score == 0);
}

TEST_CASE("answers that do not fit the item are named") {
    const auto scorer =
        compiled(test_of({choice("a/b", abcd, {"A"}), multiple("m", abcd, {"A"}), choice("open", {}, {"A"})}));
    using error = domain::field_error;
    const auto all = [&](const answers& given) { return check(*scorer, given); };
    CHECK(all(answers().text("x", "A")) == std::vector{error{"/answers/x", "is not an item of this test"}});
    CHECK(all(answers().text("a/b", "E")) == std::vector{error{"/answers/a~1b", "is not an option of this item"}});
    CHECK(all(answers().list("m", {"A", "E"})) == std::vector{error{"/answers/m/1", "is not an option of this item"}});
    CHECK(all(answers().number("m", "1"))[0].pointer == "/answers/m");
    CHECK(all(answers().list("a/b", {"A", "B"}))[0].pointer == "/answers/a~1b/1");
    CHECK(all(answers().list("a/b", {"A", "A"})).empty());
    CHECK(all(answers().text("open", "whatever").blank("m").list("a/b", {"D"})).empty());
    answers given;
    auto wrapped = given.text("a/b", "E").submission();
    auto answer = wrapped.answers[0];
    answer.wrapped = true;
    wrapped.answers = {&answer, 1};
    std::vector<error> errors;
    scorer->check(wrapped, errors);
    CHECK(errors[0].pointer == "/answers/a~1b/value");
}
