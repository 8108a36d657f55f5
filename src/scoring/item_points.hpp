// What the items of one submission earned, in the units of its test. Only the first as many as the test has items are set.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/point_units.hpp"

#include <array>

namespace gradesvc::scoring {

struct item_points {
    using by_item = std::array<points, domain::limits::items>;

    by_item earned; ///< by the rule alone: compiled_item::full of it is a share of 1; ability uses this
    by_item marked; ///< after certainty-based marking: what counts as points
};

} // namespace gradesvc::scoring
