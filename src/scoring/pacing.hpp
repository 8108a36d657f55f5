// How a candidate spent the time, as far as the submission tells.
#pragma once

#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <cstdint>

namespace gradesvc::scoring {

/// Collects the times of answers; begins anew with each submission.
class pacing_tally {
public:
    pacing_tally(score_sheet& sheet, std::size_t items) : sheet_(sheet), items_(items) {}

    void add(std::uint32_t item, const domain::given_answer& answer);
    /// Sets the sheet's pacing, or null when no answer had a time. The sheet's items are scored.
    void finish(const domain::test_definition& definition);

private:
    score_sheet& sheet_;
    std::size_t items_;
    bool any_ = false;
};

} // namespace gradesvc::scoring
