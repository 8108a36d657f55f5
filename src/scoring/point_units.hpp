// Points of a test as integers: every score that its items can give is a whole number of 1/denominator points, so that
// sums are exact and do not depend on their order. A test is compiled twice: the first pass collects the denominators,
// the second converts. A decimal of 15 digits and more that is within 1e-15 of a fraction with a denominator up to 1e6 means
// that fraction: 0.3333333333333333 is a third. Where the scores have no common unit that can be counted all the same, the
// unit is the finest power of ten that can, and scores are rounded to it. Confined to one thread while collecting.
#pragma once

#include "domain/exact.hpp"
#include "scoring/footprint.hpp"

#include <cstdint>

namespace gradesvc::scoring {

using points = std::int64_t;

/// The value in units of 1/per_point, rounded to the nearest.
points whole_units(const domain::exact& value, const domain::exact_integer& per_point);

class point_units {
public:
    /// First pass: notes `value`, which at most `times` of can be added up in one submission, and returns 0.
    /// Second pass: the value in units.
    points operator()(const domain::exact& value, unsigned times = 1);

    /// Ends the first pass. False when the scores are too large to be counted at all.
    bool freeze();

    /// Points as a number; the only rounding there is.
    double number(points value) const { return static_cast<double>(value) / divisor_; }
    /// At least the largest sum in units, either sign.
    points largest() const { return largest_; }
    double divisor() const { return divisor_; }
    std::size_t memory() const { return heap::of(denominator_); }

private:
    domain::exact_integer denominator_ = 1;
    double magnitude_ = 0; // largest sum, in points
    bool frozen_ = false;
    double divisor_ = 1;
    points largest_ = 0;
};

} // namespace gradesvc::scoring
