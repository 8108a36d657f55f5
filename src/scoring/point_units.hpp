// Points of a test as integers: every score that its items can give is a whole number of 1/denominator points, so that
// sums are exact and do not depend on their order. A test is compiled twice: the first pass collects the denominators,
// the second converts. Confined to one thread while collecting.
#pragma once

#include "domain/exact.hpp"

#include <cstdint>

namespace gradesvc::scoring {

using points = std::int64_t;

class point_units {
public:
    /// First pass: notes `value`, which at most `times` of can be added up in one submission, and returns 0.
    /// Second pass: the value in units.
    points operator()(const domain::exact& value, unsigned times = 1);

    /// Ends the first pass. False when no unit is fine enough for all values and still counts sums exactly.
    bool freeze();

    /// Points as a number; the only rounding there is.
    double number(points value) const { return static_cast<double>(value) / divisor_; }
    /// Largest sum in units, either sign.
    points largest() const { return largest_; }
    double divisor() const { return divisor_; }

private:
    domain::exact_integer denominator_ = 1;
    domain::exact magnitude_ = 0;
    bool frozen_ = false;
    bool too_fine_ = false;
    double divisor_ = 1;
    points largest_ = 0;
};

} // namespace gradesvc::scoring
