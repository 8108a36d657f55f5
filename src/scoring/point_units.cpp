#include "scoring/point_units.hpp"

namespace gradesvc::scoring {

namespace {

constexpr points exact_in_double = points(1) << 53;
constexpr int largest_factor = 6; // certainty-based marking multiplies by -6 to 3

} // namespace

points point_units::operator()(const domain::exact& value, unsigned times) {
    if (frozen_) return static_cast<points>(numerator(value) * (denominator_ / denominator(value)));
    magnitude_ += abs(value) * times;
    if (!too_fine_) denominator_ = lcm(denominator_, denominator(value));
    too_fine_ = denominator_ > exact_in_double;
    return 0;
}

bool point_units::freeze() {
    const domain::exact largest = magnitude_ * denominator_ * largest_factor;
    if (too_fine_ || largest > exact_in_double) return false;
    divisor_ = static_cast<double>(static_cast<points>(denominator_));
    largest_ = static_cast<points>(numerator(largest)); // all values are whole units
    frozen_ = true;
    return true;
}

} // namespace gradesvc::scoring
