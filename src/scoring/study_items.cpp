#include "gradesvc/scoring/study_items.hpp"

#include "irt/item_model.hpp"
#include "scoring/evidence.hpp"

#include <algorithm>

namespace gradesvc::scoring {

namespace {

constexpr std::size_t most_items = 3;

bool tests(const domain::test_item& item, std::uint32_t skill) {
    return std::any_of(item.skills.begin(), item.skills.end(), [&](const auto& share) { return share.skill == skill; });
}

bool near(const domain::test_definition& definition, const domain::test_item& item, const skill_score& skill) {
    return item.irt && skill.theta && in_reach(irt::expected_share(*item.irt, definition.ability.d, *skill.theta));
}

} // namespace

bool in_reach(double expected_share) { return expected_share >= 0.4 && expected_share <= 0.7; }

std::vector<std::uint32_t> items_to_study(const domain::test_definition& definition, const score_sheet& sheet,
                                          std::uint32_t skill) {
    std::vector<std::uint32_t> chosen;
    for (const bool wanted : {true, false})
        for (std::uint32_t i = 0; i < definition.items.size() && chosen.size() < most_items; ++i) {
            const auto& item = definition.items[i];
            if (tests(item, skill) && lost_points(sheet.item_scores[i].outcome, definition.blank_policy) &&
                near(definition, item, sheet.skill_scores[skill]) == wanted)
                chosen.push_back(i);
        }
    return chosen;
}

} // namespace gradesvc::scoring
