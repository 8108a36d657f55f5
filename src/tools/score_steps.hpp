// Scores of items as response categories, for calibration: floor(m · score / max + 1/2), with m the score steps of an
// item. Scores are kept until all are known: an item whose categories do not all occur has fewer steps.
#pragma once

#include "gradesvc/calibration/calibrate.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace gradesvc::tools {

class score_steps {
public:
    /// 1PL, 2PL and 3PL: one step an item. GRM and GPCM: as many as the item has b in the definition; without parameters
    /// its greatest score where that is a whole number up to 20, else 1.
    score_steps(const domain::test_definition&, domain::irt_model);

    /// Throws std::runtime_error when an item has more than 65534 different scores.
    void add(const scoring::score_sheet&);

    /// What was asked for, item by item.
    std::vector<std::size_t> declared() const;
    /// The largest number of steps up to that with which every category occurs, else 1.
    calibration::responses responses() const;

private:
    struct item_scores {
        std::size_t steps = 0; ///< 0 = not known before the first score
        std::map<double, std::uint16_t> codes = {};
    };
    const domain::test_definition& definition_;
    std::vector<item_scores> items_;
    std::vector<std::uint16_t> codes_ = {}; ///< persons × items
};

} // namespace gradesvc::tools
