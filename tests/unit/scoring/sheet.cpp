#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using scoring::item_outcome;

namespace {

const std::vector<std::string> abcd = {"A", "B", "C", "D"};

domain::test_definition with_skills() {
    auto definition = test_of({choice("q1", abcd, {"A"}), choice("q2", abcd, {"A"}), choice("q3", abcd, {"A"})});
    definition.skills = {{"lin", {{{"en", "Linear"}, {"de", "Linear (de)"}}}}, {"geo", {{{"", "geo"}}}}};
    definition.locale = "de-AT";
    definition.items[0].skills = {{0, "1"}};
    definition.items[1].skills = {{0, "0.1"}, {1, "1/3"}};
    definition.items[2].skills = {{0, "1"}};
    return definition;
}

} // namespace

TEST_CASE("the sheet has a line per item in the order of the definition") {
    const auto scorer = compiled(with_skills());
    const auto sheet = score(*scorer, answers().text("q3", "A").text("q1", "B"));
    REQUIRE(sheet.item_scores.size() == 3);
    CHECK(sheet.item_scores[0].item_id == "q1");
    CHECK(sheet.item_scores[0].outcome == item_outcome::incorrect);
    CHECK(sheet.item_scores[1].outcome == item_outcome::blank);
    CHECK(sheet.item_scores[2].outcome == item_outcome::correct);
    CHECK(sheet.raw == 1);
    CHECK(sheet.max == 3);
    CHECK(sheet.percent.value() == Approx(100.0 / 3));
    CHECK(sheet.answered == 2);
    CHECK(sheet.items == 3);
    CHECK(sheet.pending == 0);
}

TEST_CASE("points of a skill are the weighted points of its items") {
    const auto scorer = compiled(with_skills());
    const auto sheet = score(*scorer, answers().text("q1", "A").text("q2", "A").text("q3", "B"));
    REQUIRE(sheet.skill_scores.size() == 2);
    CHECK(sheet.skill_scores[0].skill_id == "lin");
    CHECK(sheet.skill_scores[0].label == "Linear (de)");
    CHECK(sheet.skill_scores[0].items == 3);
    CHECK(sheet.skill_scores[0].points == 1.1);
    CHECK(sheet.skill_scores[0].max == 2.1);
    CHECK(sheet.skill_scores[0].percent.value() == Approx(100 * 1.1 / 2.1));
    CHECK(sheet.skill_scores[1].points == 1.0 / 3.0);
    CHECK(sheet.skill_scores[1].percent == 100);
}

TEST_CASE("blanks after the last answer are not reached where trailing blanks are missing") {
    auto definition = with_skills();
    definition.blank_policy = domain::blank_policy::trailing_missing;
    const auto sheet = score(*compiled(definition), answers().text("q2", "A").blank("q3"));
    CHECK(sheet.item_scores[0].outcome == item_outcome::blank);
    CHECK(sheet.item_scores[2].outcome == item_outcome::not_reached);
    CHECK(sheet.max == 3);
    CHECK(sheet.skill_scores[0].items == 2);
    CHECK(sheet.skill_scores[0].max == 1.1);
}

TEST_CASE("missing blanks leave the skills but not the points") {
    auto definition = with_skills();
    definition.blank_policy = domain::blank_policy::missing;
    const auto sheet = score(*compiled(definition), answers().text("q3", "A"));
    CHECK(sheet.max == 3);
    CHECK(sheet.raw == 1);
    CHECK(sheet.item_scores[0].outcome == item_outcome::blank);
    CHECK(sheet.skill_scores[0].items == 1);
    CHECK(sheet.skill_scores[0].percent == 100);
    CHECK(sheet.skill_scores[1].items == 0);
    CHECK_FALSE(sheet.skill_scores[1].percent);
}

TEST_CASE("a total is negative only where the test allows it") {
    auto item = choice("q", abcd, {"A"});
    item.rule.wrong_score = "-0.25";
    auto definition = test_of({item});
    CHECK(score(*compiled(definition), answers().text("q", "B")).raw == 0);
    definition.negative_total = true;
    const auto sheet = score(*compiled(definition), answers().text("q", "B"));
    CHECK(sheet.raw == -0.25);
    CHECK(sheet.percent == 0);
}

TEST_CASE("thirds cancel out exactly") {
    std::vector<domain::test_item> items;
    for (int i = 0; i < 4; ++i) {
        items.push_back(choice("q" + std::to_string(i), abcd, {"A"}));
        items.back().rule.wrong_score = "-1/3";
    }
    auto definition = test_of(items);
    definition.negative_total = true;
    const auto sheet =
        score(*compiled(definition), answers().text("q0", "B").text("q1", "A").text("q2", "B").text("q3", "B"));
    CHECK(sheet.raw == 0);
}

TEST_CASE("a test without points has no percent") {
    auto item = choice("q", abcd, {"A"});
    item.max_score = "0";
    const auto sheet = score(*compiled(item), answers().text("q", "B"));
    CHECK(sheet.max == 0);
    CHECK_FALSE(sheet.percent);
    CHECK(sheet.item_scores[0].outcome == item_outcome::incorrect);
    CHECK(score(*compiled(item), answers().text("q", "A")).item_scores[0].outcome == item_outcome::correct);
}

TEST_CASE("weights that cannot be counted are refused with their place") {
    auto definition = with_skills();
    definition.items[0].max_score = "999999.999999999";
    definition.items[0].skills = {{1, "1000"}};
    const auto result = scoring::scorer::compile(definition);
    REQUIRE(result.has_error());
    CHECK(result.error().code == domain::errc::validation);
    REQUIRE(result.error().errors.size() == 1);
    CHECK(result.error().errors[0] ==
          domain::field_error{"/skills/1", "the weights of its items are too large to be summed"});
}

TEST_CASE("texts for people are in the language of the submission, else of the test") {
    auto definition = with_skills();
    definition.items[0].misconceptions = {{"B", {{{"en", "slip"}, {"de", "Versehen"}}}}};
    const auto scorer = compiled(definition);
    const auto in = [&](std::optional<std::string_view> locale) {
        auto given = answers().text("q1", "B");
        auto submission = given.submission();
        submission.locale = locale;
        scoring::score_sheet sheet;
        scorer->score(submission, scoring::profile::standard, sheet);
        return std::pair(std::string(sheet.item_scores[0].misconception), std::string(sheet.skill_scores[0].label));
    };
    CHECK(in({}) == std::pair<std::string, std::string>("Versehen", "Linear (de)"));
    CHECK(in("en-GB") == std::pair<std::string, std::string>("slip", "Linear"));
    CHECK(in("de") == std::pair<std::string, std::string>("Versehen", "Linear (de)"));
    CHECK(in("fr") == std::pair<std::string, std::string>("slip", "Linear"));
}

TEST_CASE("scores without a common fraction are rounded to the finest unit that can be counted") {
    std::vector<domain::test_item> items;
    for (const auto* denominator : {"1000003", "1000033", "1000037", "1000039"}) {
        items.push_back(choice(denominator, abcd, {"A"}));
        items.back().max_score = std::string("1/") + denominator;
    }
    const auto scorer = compiled(test_of(items));
    const auto sheet = score(*scorer, answers().text("1000003", "A").text("1000039", "A"));
    CHECK(sheet.raw == Approx(1.0 / 1000003 + 1.0 / 1000039).epsilon(1e-5));
    CHECK(sheet.item_scores[0].outcome == item_outcome::correct);
    CHECK(sheet.item_scores[1].outcome == item_outcome::blank);
}

TEST_CASE("a third that a program wrote as a decimal is a third of a point") {
    auto item = choice("q", abcd, {"A"});
    item.rule.wrong_score = "-0.3333333333333333";
    const auto scorer = compiled(test_of({item, choice("r", abcd, {"A"})}));
    const auto sheet = score(*scorer, answers().text("q", "B").text("r", "A"));
    CHECK(sheet.raw == Approx(2.0 / 3).epsilon(1e-11));
}

TEST_CASE("a sheet may be used again for another test") {
    scoring::score_sheet sheet;
    answers given;
    given.text("q1", "A").text("q2", "A");
    const auto three = compiled(with_skills());
    three->score(given.submission(), scoring::profile::full, sheet);
    const auto one = compiled(choice("q1", abcd, {"B"}));
    one->score(given.submission(), scoring::profile::full, sheet);
    CHECK(sheet.item_scores.size() == 1);
    CHECK(sheet.skill_scores.empty());
    CHECK(sheet.raw == 0);
    CHECK(sheet.max == 1);
    CHECK(sheet.answered == 1);
}

TEST_CASE("decimals that a double shows of a fraction are the fraction", "[sheet]") {
    auto thirds = multiple("q", {"A", "B", "C"}, {"A", "B", "C"});
    map_to(thirds, {{"A", "0.3333333333333333"}, {"B", "0.3333333333333333"}, {"C", "0.3333333333333333"}});
    auto penalty = choice("p", {"A", "B"}, {"A"});
    penalty.rule.wrong_score = "-0.6666666666666666";
    const auto sheet =
        score(*compiled(test_of({thirds, penalty})), answers().list("q", {"A", "B", "C"}).text("p", "B"));
    CHECK(sheet.item_scores[0].outcome == scoring::item_outcome::correct);
    CHECK(sheet.item_scores[0].score == 1);
    CHECK(sheet.item_scores[1].score == -2.0 / 3);
    CHECK(sheet.raw == 1.0 / 3);
}
