// The most that answers of pairs can earn by a mapping.
#pragma once

#include "domain/exact.hpp"
#include "gradesvc/domain/item_definition.hpp"

namespace gradesvc::scoring {

/// max_score of an item of pairs, or its default: what a mapping can reach.
domain::exact max_of_pairs(const domain::test_item& item);

} // namespace gradesvc::scoring
