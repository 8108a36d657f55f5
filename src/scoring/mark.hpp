// What one answer earned, before certainty-based marking.
#pragma once

#include "gradesvc/domain/scoring_rule.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "scoring/point_units.hpp"

namespace gradesvc::scoring {

struct mark {
    item_outcome outcome = item_outcome::incorrect;
    points value = 0;
    const domain::localized_text* misconception = nullptr; ///< of the definition
};

/// The outcome that follows from the points alone.
inline item_outcome outcome_of(points value, points full) {
    return full > 0 && value >= full ? item_outcome::correct
           : value > 0               ? item_outcome::partial
                                     : item_outcome::incorrect;
}

} // namespace gradesvc::scoring
