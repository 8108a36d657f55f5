#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>

using namespace gradesvc;
using namespace gradesvc::test;
using domain::irt_model;
using scoring::skill_band;

namespace {

/// `skills` skills with `items` single choices each, "s0-0" …
domain::test_definition test_of_skills(std::size_t skills, std::size_t items) {
    domain::test_definition definition;
    definition.test_id = "t";
    for (std::size_t k = 0; k < skills; ++k) {
        definition.skills.push_back({"s" + std::to_string(k), {{{"", "Skill " + std::to_string(k)}}}});
        for (std::size_t i = 0; i < items; ++i) {
            auto item = choice("s" + std::to_string(k) + "-" + std::to_string(i), {}, {"1"});
            item.skills = {{k, "1"}};
            definition.items.push_back(std::move(item));
        }
    }
    return definition;
}

/// Difficulties from -1.5 to 1.5 in each skill, discriminations about 1.2.
void calibrate(domain::test_definition& definition, std::size_t items) {
    for (std::size_t i = 0; i < definition.items.size(); ++i) {
        const auto at = static_cast<double>(i % items);
        definition.items[i].irt = domain::irt_parameters{irt_model::two_pl,
                                                         0.9 + 0.2 * static_cast<double>(i % 4),
                                                         {-1.5 + 3 * at / static_cast<double>(items - 1)}};
    }
}

void correlate(domain::test_definition& definition, double rho) {
    const auto count = definition.skills.size();
    auto& model = definition.skill_model.emplace();
    model.correlation.assign(count, std::vector<double>(count, rho));
    for (std::size_t k = 0; k < count; ++k) model.correlation[k][k] = 1;
}

domain::test_definition calibrated(std::size_t skills, std::size_t items, double rho = 0.7) {
    auto definition = test_of_skills(skills, items);
    calibrate(definition, items);
    correlate(definition, rho);
    return definition;
}

/// "110 001": right or wrong, skill by skill; `.` is blank.
scoring::score_sheet scored(const domain::test_definition& definition, std::string_view pattern) {
    answers given;
    std::size_t item = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == ' ') continue;
        if (pattern[i] != '.') given.text(definition.items[item].item_id, pattern.substr(i, 1));
        ++item;
    }
    return score(*compiled(definition), given);
}

// The sheet's texts have gone with its scorer: by index.
std::vector<std::uint32_t> skills_of(const std::vector<scoring::finding>& findings) {
    std::vector<std::uint32_t> skills;
    for (const auto& one : findings) skills.push_back(one.skill);
    return skills;
}

// Of 10 000 candidates as able in every skill, how many are told of a weakness.
int false_alarms(const domain::test_definition& definition, std::mt19937& chance) {
    const auto scorer = compiled(definition);
    const auto uniform = [&] { return (static_cast<double>(chance()) + 0.5) / 4294967296.0; };
    int told = 0;
    scoring::score_sheet sheet;
    for (int candidate = 0; candidate < 10'000; ++candidate) {
        const double theta = std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
        answers given;
        for (const auto& item : definition.items) {
            const double a = item.irt ? item.irt->a : 1.2;
            const double b = item.irt ? item.irt->b[0] : item.skills[0].skill == 0 ? 1 : -0.5; // unknown to the test
            given.text(item.item_id, uniform() < 1 / (1 + std::exp(-a * (theta - b))) ? "1" : "0");
        }
        scorer->score(given.submission(), scoring::profile::standard, sheet);
        told += sheet.weaknesses.empty() ? 0 : 1;
    }
    return told;
}

} // namespace

TEST_CASE("skills of a calibrated test have a posterior", "[skills]") {
    const auto sheet = scored(calibrated(3, 8), "11111111 11110000 00000000");
    for (const auto& skill : sheet.skill_scores) {
        REQUIRE(skill.theta);
        CHECK(*skill.se > 0.2);
        CHECK(*skill.se < 0.75);
        CHECK(skill.items == 8);
        CHECK(skill.percent_ci95);
    }
    CHECK(*sheet.skill_scores[0].theta > *sheet.skill_scores[1].theta);
    CHECK(*sheet.skill_scores[1].theta > *sheet.skill_scores[2].theta);
    CHECK(sheet.skill_scores[0].band == skill_band::strong);
    CHECK(sheet.skill_scores[1].band == skill_band::developing);
    CHECK(sheet.skill_scores[2].band == skill_band::weak);
}

TEST_CASE("the mastery cut decides the band", "[skills]") {
    auto definition = calibrated(2, 8);
    definition.skills[1].mastery_cut = 2;
    const auto sheet = scored(definition, "11111111 11111111");
    CHECK(sheet.skill_scores[0].band == skill_band::strong);
    CHECK(sheet.skill_scores[1].band == skill_band::developing);
    CHECK(*sheet.skill_scores[1].mastery < *sheet.skill_scores[0].mastery);
}

TEST_CASE("a skill that stands out is told, with the items behind it", "[findings]") {
    const auto sheet = scored(calibrated(3, 10), "1111111110 1111111111 0010000000");
    CHECK(skills_of(sheet.weaknesses) == std::vector<std::uint32_t>{2});
    const auto& weakness = sheet.weaknesses[0];
    CHECK(weakness.diff < 0);
    CHECK(weakness.ci90.high < 0);
    CHECK(weakness.ci90.low < weakness.diff);
    CHECK(weakness.items.size() == 9);
    for (const auto item : weakness.items) {
        CHECK(item >= 20);
        CHECK(sheet.item_scores[item].outcome == scoring::item_outcome::incorrect);
    }
    for (const auto& strength : sheet.strengths) CHECK(strength.ci90.low > 0);
}

TEST_CASE("a difference that may be chance is not told", "[findings]") {
    const auto sheet = scored(calibrated(3, 8), "11110000 11110000 11100000");
    CHECK(sheet.weaknesses.empty());
    CHECK(sheet.strengths.empty());
    CHECK(scored(calibrated(3, 8), "00000000 00000000 00000000").weaknesses.empty());
}

TEST_CASE("three items are insufficient evidence, but have an estimate", "[skills]") {
    const auto sheet = scored(calibrated(3, 3), "111 000 100");
    for (const auto& skill : sheet.skill_scores) {
        CHECK(skill.theta);
        CHECK(skill.band == skill_band::insufficient_evidence);
    }
    CHECK(sheet.weaknesses.empty());
    CHECK(sheet.recommendations.empty());
}

TEST_CASE("blanks that are missing are no evidence", "[skills]") {
    auto definition = calibrated(2, 6);
    definition.blank_policy = domain::blank_policy::missing;
    const auto sheet = scored(definition, "111111 101...");
    CHECK(sheet.skill_scores[0].band != skill_band::insufficient_evidence);
    CHECK(sheet.skill_scores[1].band == skill_band::insufficient_evidence);
    CHECK(sheet.skill_scores[1].items == 3);
}

TEST_CASE("a posterior that is hardly narrower than the prior is insufficient evidence", "[skills]") {
    auto definition = calibrated(2, 6, 0);
    for (auto& item : definition.items) item.irt->a = 0.2;
    for (const auto& skill : scored(definition, "111111 000000").skill_scores)
        CHECK(skill.band == skill_band::insufficient_evidence);
}

TEST_CASE("without correlations skills are independent", "[skills]") {
    auto alone = calibrated(2, 8);
    alone.skill_model.reset();
    const auto one = scored(alone, "11111111 00000000"), other = scored(alone, "11111111 11111111");
    CHECK(*one.skill_scores[0].theta == Approx(*other.skill_scores[0].theta).epsilon(1e-9));
    const auto together = scored(calibrated(2, 8), "11111111 00000000");
    CHECK(*together.skill_scores[0].theta < *one.skill_scores[0].theta);
}

TEST_CASE("without calibration shares are judged", "[skills]") {
    const auto sheet = scored(test_of_skills(3, 10), "1111111000 1111111111 0000000000");
    const auto& seven = sheet.skill_scores[0];
    CHECK_FALSE(seven.theta);
    CHECK(*seven.mastery == Approx(0.1611392).margin(1e-9)); // P(share >= 0.8)
    CHECK(seven.percent_ci95->low == Approx(39.67781475).margin(1e-7));
    CHECK(seven.percent_ci95->high == Approx(89.22087326).margin(1e-7));
    CHECK(sheet.skill_scores[1].band == skill_band::strong);
    CHECK(sheet.skill_scores[2].band == skill_band::weak);
    CHECK(skills_of(sheet.weaknesses) == std::vector<std::uint32_t>{2});
    CHECK(sheet.weaknesses[0].ci90.low >= -1);
    CHECK(scored(test_of_skills(2, 3), "111 000").skill_scores[0].band == skill_band::insufficient_evidence);
}

TEST_CASE("certainty is no evidence of a skill", "[skills]") {
    auto definition = test_of_skills(2, 12);
    for (auto& item : definition.items) item.cbm = item.skills[0].skill == 0;
    const auto sheet = scored(definition, "111111111111 111111111111");
    CHECK(sheet.skill_scores[0].points == 12);
    CHECK(sheet.skill_scores[0].max == 36); // nobody was certain
    CHECK(*sheet.skill_scores[0].mastery == *sheet.skill_scores[1].mastery);
    CHECK(sheet.skill_scores[0].band == skill_band::strong);
    CHECK(sheet.weaknesses.empty());
}

TEST_CASE("items without evidence stand behind nothing", "[findings]") {
    auto definition = calibrated(2, 12);
    definition.blank_policy = domain::blank_policy::missing;
    const auto sheet = scored(definition, "......000000 111111111111");
    REQUIRE(sheet.weaknesses.size() == 1);
    for (const auto item : sheet.weaknesses[0].items) CHECK(item >= 6);
    for (const auto& next : sheet.recommendations)
        for (const auto item : next.items) CHECK(item >= 6);
}

TEST_CASE("what to study next: the most to gain first, after what it builds on", "[recommendations]") {
    auto definition = calibrated(3, 8);
    const auto plain = scored(definition, "11110000 11100000 11100000");
    REQUIRE(plain.recommendations.size() == 3);
    CHECK(plain.recommendations[0].gain >= plain.recommendations[1].gain);
    CHECK(plain.recommendations[0].items.size() == 3);
    definition.skills[0].weight = 5;
    CHECK(scored(definition, "11110000 11100000 11100000").recommendations[0].skill == 0);
    definition.skills[0].weight = 1;
    definition.skills[1].prerequisites = {2};
    definition.skills[2].weight = 1.5;
    const auto ordered = scored(definition, "11110000 11100000 11100000");
    CHECK(ordered.recommendations[0].skill == 2);
    CHECK(ordered.recommendations.back().skill == 1);
    CHECK(scored(definition, "11111111 11111111 11111111").recommendations.empty());
}

TEST_CASE("missed items in reach come first", "[recommendations]") {
    const auto sheet = scored(calibrated(1, 8), "01110100"); // theta is near 0, difficulties from -1.5 to 1.5
    REQUIRE(sheet.recommendations.size() == 1);
    CHECK(sheet.recommendations[0].items == std::vector<std::uint32_t>{4, 0, 6});
}

TEST_CASE("the fast profile computes no skills but their points", "[skills]") {
    const auto definition = calibrated(2, 8);
    answers given;
    for (const auto& item : definition.items) given.text(item.item_id, "1");
    scoring::score_sheet sheet;
    const auto scorer = compiled(definition);
    scorer->score(given.submission(), scoring::profile::full, sheet);
    scorer->score(given.submission(), scoring::profile::fast, sheet);
    CHECK(sheet.ability);
    CHECK_FALSE(sheet.fit);
    REQUIRE(sheet.skill_scores.size() == 2);
    CHECK(sheet.skill_scores[0].points == 8);
    CHECK_FALSE(sheet.skill_scores[0].band);
    CHECK_FALSE(sheet.skill_scores[0].theta);
    CHECK(sheet.recommendations.empty());
}

TEST_CASE("at most one in twenty without any weakness is told of one", "[findings]") {
    std::mt19937 chance(20'261'124);
    for (const std::size_t skills : {2U, 4U}) {
        for (const double rho : {0.0, 0.7, 0.95}) {
            CAPTURE(skills, rho);
            auto definition = calibrated(skills, 12, rho);
            definition.skill_model->points = 13;
            CHECK(false_alarms(definition, chance) <= 500);
        }
        CAPTURE(skills);
        CHECK(false_alarms(test_of_skills(skills, 12), chance) <= 500);
    }
}

TEST_CASE("a real weakness is found", "[findings]") {
    const auto definition = calibrated(3, 15);
    const auto sheet = scored(definition, "111111111111100 111111111111000 111100000000000");
    CHECK(skills_of(sheet.weaknesses) == std::vector<std::uint32_t>{2});
}
