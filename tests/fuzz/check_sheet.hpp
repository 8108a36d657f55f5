// What holds for every sheet, whatever the definition and the answers.
#pragma once

#include "fuzz/must.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <cmath>

namespace gradesvc::fuzz {

inline void check_share(std::optional<double> number, double most, std::string_view what) {
    if (number) must(*number >= 0 && *number <= most, what);
}

inline void check_skill(const scoring::skill_score& skill) {
    check_share(skill.percent, 100, "a skill's percent is from 0 to 100");
    check_share(skill.mastery, 1 + 1e-9, "mastery is a probability");
    if (skill.theta) must(std::isfinite(*skill.theta), "a skill's theta is finite");
    if (skill.se) must(*skill.se >= 0 && std::isfinite(*skill.se), "a skill's se is finite");
}

inline void check_sheet(const domain::test_definition& definition, const scoring::score_sheet& sheet) {
    must(sheet.item_scores.size() == definition.items.size(), "each item has a line");
    must(std::isfinite(sheet.raw) && std::isfinite(sheet.max) && sheet.raw <= sheet.max, "raw is at most max");
    must(definition.negative_total || sheet.raw >= 0, "the total is not negative");
    check_share(sheet.percent, 100, "percent is from 0 to 100");
    for (const auto& item : sheet.item_scores) must(item.score <= item.max, "a score is at most the item's max");
    if (sheet.ability) {
        must(std::isfinite(sheet.ability->theta), "theta is finite");
        if (sheet.ability->se) must(*sheet.ability->se >= 0 && std::isfinite(*sheet.ability->se), "se is finite");
        if (sheet.ability->scaled) must(std::isfinite(*sheet.ability->scaled), "scaled is finite");
        check_share(sheet.ability->percentile, 100, "percentile is from 0 to 100");
    }
    if (sheet.level) check_share(sheet.level->probability_above, 1 + 1e-9, "probability_above is one");
    for (const auto& skill : sheet.skill_scores) check_skill(skill);
    if (sheet.fit) must(std::isfinite(sheet.fit->lz), "lz is finite");
}

} // namespace gradesvc::fuzz
