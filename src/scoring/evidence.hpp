// What an answered sheet says to item response theory: the category of each item, or nothing.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "irt/item_bank.hpp"
#include "scoring/compiled_test.hpp"
#include "scoring/item_points.hpp"

#include <array>

namespace gradesvc::scoring {

/// One for each item of a test.
using item_responses = std::array<irt::response, domain::limits::items>;

/// Of each skill the share of points before certainty-based marking, items with evidence only; 0–1.
using skill_shares = std::array<double, domain::limits::skills>;

/// Whether an item says nothing of ability and skills: not reached, not marked yet, or blank where blanks are missing.
bool is_missing(item_outcome outcome, domain::blank_policy policy);

/// Whether an item says something and is not all right.
bool lost_points(item_outcome outcome, domain::blank_policy policy);

/// floor(m s / max + 1/2) of the points before certainty-based marking, negative ones as 0; m is the highest category, 1
/// for items without parameters. Missing as above, and where an item has no points to give.
void set_responses(const compiled_test& test, const domain::test_definition& definition, const score_sheet& sheet,
                   const item_points& gained, item_responses& responses);

} // namespace gradesvc::scoring
