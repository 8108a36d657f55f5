// What a rule's sum is kept within, and the most that an item can earn.
#pragma once

#include "domain/exact.hpp"
#include "gradesvc/domain/item_definition.hpp"
#include "scoring/point_units.hpp"

#include <optional>

namespace gradesvc::scoring {

/// The value of a number of a valid definition.
domain::exact value_of(const domain::exact_text& text);

/// max_score, else 1.
domain::exact max_of(const domain::test_item& item);

/// max_score, else `reachable` within upper_bound; where there is no end to what can be reached (nullopt), the bound or 1.
domain::exact max_of_sum(const domain::test_item& item, const std::optional<domain::exact>& reachable);

struct point_limits {
    points lower = 0;
    points upper = 0;

    points clamp(points sum) const { return sum < lower ? lower : sum > upper ? upper : sum; }
};

enum class floor_default { zero, none };

/// lower_bound and upper_bound, each of which counts in units of `one` points; never above `full`.
point_limits limits_of(const domain::scoring_rule& rule, const domain::exact& one, points full, floor_default floor,
                       point_units& units);

} // namespace gradesvc::scoring
