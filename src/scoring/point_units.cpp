#include "scoring/point_units.hpp"

#include <cmath>
#include <utility>

namespace gradesvc::scoring {

namespace {

constexpr points exact_in_double = points(1) << 53;
constexpr int largest_factor = 6;   // certainty-based marking multiplies by -6 to 3
constexpr int finest_decimals = 12; // what results are rounded to

constexpr int plain_denominator = 1'000'000; // of a fraction that is meant

// 0.3333333333333333 is a third: what a double shows of a fraction with a small denominator is taken for that fraction.
// The convergents of the continued fraction come nearer and nearer.
domain::exact as_meant(const domain::exact& value) {
    using domain::exact;
    using domain::exact_integer;
    if (denominator(value) <= plain_denominator) return value;
    const exact size = abs(value), near = size / exact_integer(1'000'000'000'000'000);
    exact_integer top = numerator(size), bottom = denominator(size);
    exact_integer p = 1, q = 0, p_before = 0, q_before = 1;
    while (bottom != 0) {
        const exact_integer whole = top / bottom;
        exact_integer rest = top - whole * bottom;
        top = std::exchange(bottom, std::move(rest));
        p_before = std::exchange(p, exact_integer(whole * p + p_before));
        q_before = std::exchange(q, exact_integer(whole * q + q_before));
        if (q > plain_denominator) break;
        const exact convergent(p, q);
        if (abs(exact(size - convergent)) <= near) return value < 0 ? exact(-convergent) : convergent;
    }
    return value;
}

} // namespace

points whole_units(const domain::exact& value, const domain::exact_integer& per_point) {
    const domain::exact scaled = value * per_point;
    const domain::exact_integer twice = 2 * numerator(scaled) + (scaled < 0 ? -1 : 1) * denominator(scaled);
    return static_cast<points>(domain::exact_integer(twice / (2 * denominator(scaled)))); // truncates: half away from 0
}

points point_units::operator()(const domain::exact& given, unsigned times) {
    const auto value = as_meant(given);
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
