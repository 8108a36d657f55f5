#include "scoring/evidence.hpp"

#include <algorithm>

namespace gradesvc::scoring {

bool is_missing(item_outcome outcome, domain::blank_policy policy) {
    return outcome == item_outcome::not_reached || outcome == item_outcome::pending ||
           (outcome == item_outcome::blank && policy == domain::blank_policy::missing);
}

bool lost_points(item_outcome outcome, domain::blank_policy policy) {
    return outcome != item_outcome::correct && !is_missing(outcome, policy);
}

void set_responses(const compiled_test& test, const domain::test_definition& definition, const score_sheet& sheet,
                   const item_points& gained, item_responses& responses) {
    for (std::size_t i = 0; i < test.items.size(); ++i) {
        const points full = test.items[i].full;
        if (full <= 0 || is_missing(sheet.item_scores[i].outcome, definition.blank_policy)) {
            responses[i] = irt::missing;
            continue;
        }
        const auto& irt = definition.items[i].irt;
        const points top = irt ? static_cast<points>(irt->b.size()) : 1;
        const points earned = std::clamp<points>(gained.earned[i], 0, full);
        responses[i] = static_cast<irt::response>((2 * top * earned + full) / (2 * full));
    }
}

} // namespace gradesvc::scoring
