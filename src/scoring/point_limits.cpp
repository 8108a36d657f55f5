#include "scoring/point_limits.hpp"

#include <algorithm>
#include <limits>

namespace gradesvc::scoring {

using domain::exact;

exact value_of(const domain::exact_text& text) { return domain::parse_exact(text).value(); }

exact max_of(const domain::test_item& item) { return value_of(item.max_score.value_or("1")); }

exact max_of_sum(const domain::test_item& item, const std::optional<exact>& reachable) {
    if (item.max_score) return value_of(*item.max_score);
    auto max = reachable;
    if (item.rule.upper_bound) {
        const exact bound = value_of(*item.rule.upper_bound);
        max = max ? std::min(*max, bound) : bound;
    }
    return max ? std::max<exact>(*max, 0) : exact(1);
}

point_limits limits_of(const domain::scoring_rule& rule, const exact& one, points full, floor_default floor,
                       point_units& units) {
    point_limits limits{floor == floor_default::zero ? 0 : std::numeric_limits<points>::min(), full};
    if (rule.lower_bound) limits.lower = units(value_of(*rule.lower_bound) * one);
    if (rule.upper_bound) limits.upper = std::min(full, units(value_of(*rule.upper_bound) * one));
    limits.lower = std::min(limits.lower, limits.upper);
    return limits;
}

} // namespace gradesvc::scoring
