// exp and log from IEEE operations alone, so that results have the same bytes on every CPU, library and build type.
// Errors below 2 units in the last place where nothing else is said. Inline and without branches: loops over them
// vectorise.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace gradesvc::irt {

/// e^x for finite x. 0 below -708, infinity above 709.
/// Argument reduction x = k ln 2 + r with |r| <= ln 2 / 2, then the Taylor series to r^13.
inline double exp(double x) {
    constexpr double shift = 0x1.8p52; // adding it leaves the nearest integer in the low bits
    constexpr double per_ln2 = 0x1.71547652b82fep0, ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    const double floored = x < -708 ? -708 : x;
    const double bounded = floored > 709 ? 709 : floored;
    const double shifted = bounded * per_ln2 + shift;
    const double k = shifted - shift;
    const double r = (bounded - k * ln2_high) - k * ln2_low;
    double p = 1.0 / 6227020800;
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r * r + r + 1;
    const double scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1022) << 52); // 2^(k-1)
    const double not_small = x < -708 ? 0 : p * scale * 2;
    return x > 709 ? std::numeric_limits<double>::infinity() : not_small;
}

/// The natural logarithm of a normal x > 0; -infinity of 0 (and of subnormal x).
/// x = 2^k m with m in [sqrt(1/2), sqrt(2)), then log m = 2 artanh((m - 1) / (m + 1)) by its series.
inline double log(double x) {
    constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    constexpr std::uint64_t half_root = 0x3fe6a09e667f3bcd; // bits of sqrt(1/2)
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t above = bits - half_root;
    const auto power = static_cast<std::int64_t>(above) >> 52;
    const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(power) << 52));
    const auto k = static_cast<double>(power);
    const double f = m - 1;
    const double s = f / (m + 1);
    const double t = s * s;
    double p = 2.0 / 25;
    p = p * t + 2.0 / 23;
    p = p * t + 2.0 / 21;
    p = p * t + 2.0 / 19;
    p = p * t + 2.0 / 17;
    p = p * t + 2.0 / 15;
    p = p * t + 2.0 / 13;
    p = p * t + 2.0 / 11;
    p = p * t + 2.0 / 9;
    p = p * t + 2.0 / 7;
    p = p * t + 2.0 / 5;
    p = p * t + 2.0 / 3;
    // 2 artanh(s) = f - f²/2 + s (f²/2 + series): the large part is exact
    const double square = 0.5 * f * f;
    const double value = k * ln2_high - ((square - (s * (square + t * p) + k * ln2_low)) - f);
    return x < std::numeric_limits<double>::min() ? -std::numeric_limits<double>::infinity() : value;
}

} // namespace gradesvc::irt
