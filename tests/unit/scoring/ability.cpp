#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace gradesvc;
using namespace gradesvc::test;
using domain::ability_estimator;
using domain::irt_model;

namespace {

domain::test_item calibrated(std::string id, domain::irt_parameters irt) {
    auto item = choice(std::move(id), {}, {"1"});
    item.irt = std::move(irt);
    return item;
}

/// Section 6 of the LSAT with its 2PL parameters.
domain::test_definition lsat6() {
    const double a[] = {0.8257, 0.7227, 0.8909, 0.6884, 0.6569}, b[] = {-3.3588, -1.3701, -0.2797, -1.8664, -3.1259};
    std::vector<domain::test_item> items;
    for (std::size_t i = 0; i < 5; ++i)
        items.push_back(calibrated("q" + std::to_string(i), {irt_model::two_pl, a[i], {b[i]}}));
    return test_of(items);
}

const std::string ids[] = {"q0", "q1", "q2", "q3", "q4"};

/// "10.1": right, wrong, blank.
scoring::score_sheet scored(const domain::test_definition& definition, std::string_view pattern,
                            scoring::profile how = scoring::profile::full) {
    answers given;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] != '.') given.text(ids[i], pattern.substr(i, 1));
    scoring::score_sheet sheet;
    compiled(definition)->score(given.submission(), how, sheet);
    return sheet;
}

} // namespace

TEST_CASE("ability of a calibrated test", "[ability]") {
    const auto ability = scored(lsat6(), "10110").ability;
    REQUIRE(ability);
    CHECK(ability->model == "2PL");
    CHECK(ability->estimator == "EAP");
    CHECK_FALSE(ability->extreme);
    CHECK(ability->ci95->low == Approx(ability->theta - 1.96 * *ability->se).margin(1e-4));
    CHECK(ability->percentile == Approx(50 * std::erfc(-ability->theta / std::sqrt(2))).margin(1e-9));
    CHECK_FALSE(ability->scaled);
    CHECK_FALSE(ability->scaled_se);
}

TEST_CASE("there is no ability without item parameters, or when none is asked for", "[ability]") {
    CHECK_FALSE(score(*compiled(choice("q", {}, {"1"})), answers().text("q", "1")).ability);
    auto definition = lsat6();
    definition.ability.estimator = ability_estimator::none;
    CHECK_FALSE(scored(definition, "11111").ability);
}

TEST_CASE("each estimator has its name and its own estimate", "[ability]") {
    auto definition = lsat6();
    std::vector<double> thetas;
    for (const auto& [estimator, name] :
         {std::pair(ability_estimator::eap, "EAP"), std::pair(ability_estimator::map, "MAP"),
          std::pair(ability_estimator::mle, "MLE"), std::pair(ability_estimator::wle, "WLE")}) {
        definition.ability.estimator = estimator;
        const auto ability = scored(definition, "00011").ability;
        REQUIRE(ability);
        CHECK(ability->estimator == name);
        thetas.push_back(ability->theta);
    }
    CHECK(thetas[0] == Approx(-1.02945266732625).margin(1e-6));
    CHECK(thetas[1] == Approx(-1.041314652329).margin(1e-6));
    CHECK(thetas[2] == Approx(-2.86784673152861).margin(1e-6));
    CHECK(thetas[3] == Approx(-2.75661271904).margin(1e-6));
}

TEST_CASE("an extreme pattern has the bound as ability and no error", "[ability]") {
    auto definition = lsat6();
    definition.ability.estimator = ability_estimator::mle;
    definition.scale = {100, 500, 200.0, 800.0, 10.0};
    const auto ability = scored(definition, "11111").ability;
    CHECK(ability->extreme);
    CHECK(ability->theta == 6);
    CHECK_FALSE(ability->se);
    CHECK_FALSE(ability->ci95);
    CHECK(ability->scaled == 800.0);
    CHECK_FALSE(ability->scaled_se);
}

TEST_CASE("blanks are wrong, missing, or missing at the end, as the test says", "[ability]") {
    auto definition = lsat6();
    const auto theta = [&](std::string_view pattern) { return scored(definition, pattern).ability->theta; };
    const double wrong = theta("10010"), middle_missing = [&] {
        auto four = lsat6();
        four.items.erase(four.items.begin() + 2);
        const std::string_view right = "1";
        answers given;
        given.text("q0", right).text("q1", "0").text("q3", right).text("q4", "0");
        return score(*compiled(four), given).ability->theta;
    }();
    CHECK(theta("10.10") == wrong);
    definition.blank_policy = domain::blank_policy::missing;
    CHECK(theta("10.10") == Approx(middle_missing).epsilon(1e-12));
    definition.blank_policy = domain::blank_policy::trailing_missing;
    CHECK(theta("10.10") == wrong);
    CHECK(theta("10.1.") > theta("10.10"));
    CHECK(scored(definition, "10.1.").item_scores[4].outcome == scoring::item_outcome::not_reached);
}

TEST_CASE("a blank sheet whose blanks are missing tells nothing", "[ability]") {
    auto definition = lsat6();
    definition.blank_policy = domain::blank_policy::missing;
    const auto prior = scored(definition, ".....").ability;
    CHECK(prior->theta == Approx(0).margin(1e-12));
    CHECK(*prior->se == Approx(1).margin(1e-6));
    definition.ability.estimator = ability_estimator::wle;
    CHECK_FALSE(scored(definition, ".....").ability);
}

TEST_CASE("the category of a polytomous item is the nearest to its share of points", "[ability]") {
    auto item = multiple("q0", {"A", "B", "C", "D"}, {"A", "B", "C", "D"});
    map_to(item, {{"A", "1"}, {"B", "1"}, {"C", "1"}, {"D", "1"}});
    item.max_score = "4";
    auto binary = item;
    item.irt = domain::irt_parameters{irt_model::gpcm, 1, {-0.5, 0.5}};
    binary.irt = domain::irt_parameters{irt_model::two_pl, 1, {0}};
    const auto theta = [](const domain::test_item& of, const std::vector<std::string_view>& ticked) {
        return score(*compiled(of), answers().list("q0", ticked)).ability->theta;
    };
    CHECK(theta(item, {"A"}) == theta(item, {"A", "B"})); // 2 · 1/4 + 1/2 = 1, 2 · 2/4 + 1/2 = 1.5
    CHECK(theta(item, {"A", "B", "C"}) == theta(item, {"A", "B", "C", "D"})); // 2 · 3/4 + 1/2 = 2
    CHECK(theta(item, {"A"}) < theta(item, {"A", "B", "C"}));
    CHECK(theta(binary, {"A"}) < theta(binary, {"A", "B"})); // 1/4 rounds down, 2/4 up
    CHECK(theta(binary, {"A", "B"}) == theta(binary, {"A", "B", "C", "D"}));
}

TEST_CASE("negative marks and certainty leave ability alone", "[ability]") {
    auto plain = lsat6(), marked = lsat6();
    for (auto& item : marked.items) item.rule.wrong_score = "-1/3";
    marked.items[0].cbm = true;
    const auto given = [](int certainty) {
        answers all;
        all.text("q0", "0", certainty).text("q1", "1").text("q2", "0").text("q3", "1").text("q4", "0");
        return all;
    };
    const auto one = score(*compiled(plain), given(1)), other = score(*compiled(marked), given(3));
    CHECK(other.raw < one.raw);
    CHECK(other.ability->theta == one.ability->theta);
}

TEST_CASE("items without parameters count points only", "[ability]") {
    auto definition = lsat6();
    definition.items.push_back(choice("more", {}, {"1"}));
    answers given;
    for (const auto& id : ids) given.text(id, "1");
    const auto with = score(*compiled(definition), given.text("more", "0"));
    CHECK(with.ability->theta == scored(lsat6(), "11111").ability->theta);
    CHECK(with.max == 6);
}

TEST_CASE("models mix", "[ability]") {
    auto definition = lsat6();
    definition.items[0].irt->model = irt_model::three_pl;
    definition.items[0].irt->c = 0.2;
    CHECK(scored(definition, "10110").ability->model == "mixed");
}

TEST_CASE("the reporting scale is stepped, then clamped", "[scale]") {
    auto definition = lsat6();
    definition.scale = {100, 500, {}, {}, {}};
    const auto free = *scored(definition, "10110").ability;
    CHECK(*free.scaled == Approx(500 + 100 * free.theta).epsilon(1e-12));
    CHECK(*free.scaled_se == Approx(100 * *free.se).epsilon(1e-12));
    CHECK(free.ci95->low == Approx(*free.scaled - 196 * *free.se).margin(1e-2));
    definition.scale->step = 10;
    const auto stepped = *scored(definition, "10110").ability;
    CHECK(std::fmod(*stepped.scaled, 10) == 0);
    CHECK(std::abs(*stepped.scaled - *free.scaled) <= 5);
    definition.scale->min = 480;
    definition.scale->max = 495;
    CHECK(*scored(definition, "00000").ability->scaled == 480);
    CHECK(*scored(definition, "11111").ability->scaled == 495);
    CHECK(scored(definition, "00000").ability->ci95->low == 480);
    definition.scale = {-100, 500, {}, {}, {}};
    const auto turned = *scored(definition, "10110").ability;
    CHECK(turned.ci95->low < *turned.scaled);
    CHECK(turned.ci95->high > *turned.scaled);
    CHECK(*turned.scaled_se > 0);
}

TEST_CASE("the level is the highest reached on the scale, with the probability of being above it", "[level]") {
    auto definition = lsat6();
    definition.scale = {100, 500, {}, {}, {}};
    definition.levels = {{{{{"", "Low"}}}, 400}, {{{{"", "Middle"}}}, 500}, {{{{"", "High"}}}, 560}};
    const auto best = scored(definition, "11111"); // theta 0.6456, sd 0.859
    REQUIRE(best.level);
    CHECK(best.level->level == 2);
    CHECK(best.level->min == 560);
    CHECK(*best.level->probability_above == Approx(0.521).margin(0.01)); // about P(N(0.6456, 0.859²) >= 0.6)
    CHECK_FALSE(scored(definition, "00000").level);                      // theta -1.9 is 310
    CHECK(scored(definition, "11110").level->level == 1);
    definition.scale = {-100, 500, {}, {}, {}}; // the better, the less
    const auto turned = scored(definition, "00000");
    CHECK(turned.level->level == 2);
    CHECK(*turned.level->probability_above > 0.9);
}

TEST_CASE("levels without a scale are of percent", "[level]") {
    auto definition = test_of({choice("q0", {}, {"1"}), choice("q1", {}, {"1"})});
    definition.levels = {{{{{"", "Half"}}}, 50}, {{{{"", "All"}}}, 100}};
    CHECK(scored(definition, "11").level->level == 1);
    CHECK(scored(definition, "10").level->level == 0);
    CHECK_FALSE(scored(definition, "10").level->probability_above);
    CHECK_FALSE(scored(definition, "00").level);
    definition.scale = {100, 500, {}, {}, {}}; // a scale, but no ability to put on it
    CHECK_FALSE(scored(definition, "11").level);
}

TEST_CASE("person fit is part of the full profile", "[fit]") {
    CHECK_FALSE(scored(lsat6(), "10110", scoring::profile::standard).fit);
    const auto fit = scored(lsat6(), "10110").fit;
    REQUIRE(fit);
    CHECK_FALSE(fit->flagged);
    auto steep = lsat6();
    for (auto& item : steep.items) item.irt->a = 4;
    const auto upside_down = scored(steep, "00101").fit; // easy ones wrong, hard ones right
    CHECK(upside_down->lz < -2);
    CHECK(upside_down->flagged);
}

TEST_CASE("the properties of a calibrated test", "[ability]") {
    const auto properties = compiled(lsat6())->properties();
    REQUIRE(properties);
    CHECK(properties->items == 5);
    CHECK(properties->marginal_reliability == Approx(0.298951245).margin(1e-8));
    REQUIRE(properties->information.size() == 13);
    CHECK(properties->information[3].theta == -3);
    CHECK(properties->information[3].information == Approx(0.52993489).margin(1e-8));
    CHECK(properties->information[3].se == Approx(1 / std::sqrt(0.52993489)).margin(1e-8));
    REQUIRE(properties->sum_scores.size() == 6);
    CHECK(properties->sum_scores[4].theta == Approx(0.0745868434).margin(1e-6));
    CHECK_FALSE(compiled(choice("q", {}, {"1"}))->properties());
}

TEST_CASE("a level is reached by the score that is told", "[level]") {
    auto definition = lsat6();
    definition.scale = {1, 2.5, 0.0, 9.0, 0.3};
    const auto told = *scored(definition, "10000").ability->scaled; // a multiple of 0.3 that no double is
    definition.levels = {{{{{"", "There"}}}, std::round(told * 10) / 10}};
    CHECK(scored(definition, "10000").level);
}

TEST_CASE("everybody is at or above the lowest score there is", "[level]") {
    auto definition = lsat6();
    definition.scale = {100, 500, 480.0, 520.0, {}};
    definition.levels = {{{{{"", "Any"}}}, 480}};
    CHECK(*scored(definition, "00000").level->probability_above == 1);
}
