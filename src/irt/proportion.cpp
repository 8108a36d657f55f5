#include "irt/proportion.hpp"

#include "irt/elementary.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::irt {

namespace {

// log Γ(x), x > 0: Stirling's series after moving x above 15 by Γ(x + 1) = x Γ(x).
double log_gamma(double x) {
    double product = 1;
    for (; x < 15; x += 1) product *= x;
    const double t = 1 / (x * x);
    const double series = (1.0 / 12 + t * (-1.0 / 360 + t * (1.0 / 1260 + t * (-1.0 / 1680 + t / 1188)))) / x;
    return (x - 0.5) * log(x) - x + 0.918938533204672741780 + series - log(product);
}

// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8) by Lentz's method; converges
// quickly for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / d;
    double value = d;
    for (int m = 1; m < 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        value *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        const double step = c * d;
        value *= step;
        if (std::abs(step - 1) < 1e-15) break;
    }
    return value;
}

} // namespace

std::pair<double, double> wilson_interval(double share, double n, double z) {
    const double spread = z * z / n;
    const double middle = share + spread / 2;
    const double half = z * std::sqrt((share * (1 - share) + spread / 4) / n);
    const double low = (middle - half) / (1 + spread), high = (middle + half) / (1 + spread);
    return {share > 0 ? low : 0, share < 1 ? high : 1}; // no rounding at the ends
}

double beta_posterior::probability_above(double x) const {
    if (x <= 0) return 1;
    if (x >= 1) return 0;
    const double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(1 - x));
    if (x < (a + 1) / (a + b + 2)) return 1 - front * beta_fraction(a, b, x) / a;
    return front * beta_fraction(b, a, 1 - x) / b;
}

} // namespace gradesvc::irt
