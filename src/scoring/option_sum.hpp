// The rules of choices that add something up over what is ticked: map_response, edc, per_option.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "scoring/footprint.hpp"
#include "scoring/point_limits.hpp"

#include <string_view>
#include <vector>

namespace gradesvc::scoring {

/// base + the values of the ticked options, within limits.
struct option_sum {
    points base = 0;
    points other = 0;                ///< of each text that is no known option
    std::vector<points> ticked = {}; ///< by option
    point_limits limits = {};

    std::size_t memory() const { return heap::of(ticked); }
};

/// max_score of a choice, or its default: what a mapping can reach.
domain::exact max_of_choice(const domain::test_item& item);

/// The sum of an item's rule; of no other rules. `options` are the distinct texts that its definition names.
option_sum sum_of(const domain::test_item& item, const std::vector<std::string_view>& options, point_units& units);

} // namespace gradesvc::scoring
