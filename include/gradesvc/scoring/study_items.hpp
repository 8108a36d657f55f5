// Which missed items a candidate should look at again. Pure functions.
#pragma once

#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <cstdint>
#include <vector>

namespace gradesvc::scoring {

/// Whether an item of which that share is expected is worth studying next: neither out of reach nor as good as mastered.
bool in_reach(double expected_share);

/// Indices of some items of `skill` that lost points, those in reach first, else in the order of the definition; items
/// without evidence are left out. Of a sheet of `definition` whose items and skills are set.
std::vector<std::uint32_t> items_to_study(const domain::test_definition& definition, const score_sheet& sheet,
                                          std::uint32_t skill);

} // namespace gradesvc::scoring
