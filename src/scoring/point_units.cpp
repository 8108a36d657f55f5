#include "scoring/point_units.hpp"

#include <cmath>

namespace gradesvc::scoring {

namespace {

constexpr points exact_in_double = points(1) << 53;
constexpr int largest_factor = 6;   // certainty-based marking multiplies by -6 to 3
constexpr int finest_decimals = 12; // what results are rounded to

} // namespace

points whole_units(const domain::exact& value, const domain::exact_integer& per_point) {
    const domain::exact scaled = value * per_point;
    const domain::exact_integer twice = 2 * numerator(scaled) + (scaled < 0 ? -1 : 1) * denominator(scaled);
    return static_cast<points>(domain::exact_integer(twice / (2 * denominator(scaled)))); // truncates: half away from 0
}

points point_units::operator()(const domain::exact& value, unsigned times) {
    if (frozen_) return whole_units(value, denominator_);
    magnitude_ += std::abs(domain::to_double(value)) * times;
    if (denominator_ <= exact_in_double) denominator_ = lcm(denominator_, denominator(value));
    return 0;
}

bool point_units::freeze() {
    const auto fits = [this](double per_point) {
        return magnitude_ * per_point * largest_factor * 1.01 + 1 < static_cast<double>(exact_in_double);
    };
    if (denominator_ > exact_in_double || !fits(denominator_.convert_to<double>())) {
        denominator_ = 1;
        for (int i = 0; i < finest_decimals; ++i) denominator_ *= 10;
        while (denominator_ > 1 && !fits(denominator_.convert_to<double>())) denominator_ /= 10;
    }
    divisor_ = denominator_.convert_to<double>();
    if (!fits(divisor_)) return false;
    largest_ = static_cast<points>(std::ceil(magnitude_ * divisor_ * largest_factor * 1.01)) + 1;
    frozen_ = true;
    return true;
}

} // namespace gradesvc::scoring
