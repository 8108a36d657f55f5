#include "irt/normal.hpp"

#include "irt/elementary.hpp"

namespace gradesvc::irt {

namespace {

double density(double z) { return 0.3989422804014326779 * exp(-0.5 * z * z); }

// P(Z > z) for large z by the continued fraction 1/(z+ 1/(z+ 2/(z+ 3/(z+ …)))) (Laplace), from the far end.
double upper_tail(double z) {
    double fraction = z;
    for (int k = 200; k >= 1; --k) fraction = z + k / fraction;
    return density(z) / fraction;
}

} // namespace

// Within ±3 the series Φ(z) = 1/2 + φ(z) Σ z^(2k+1) / (1·3·5⋯(2k+1)) (Marsaglia 2004).
double normal_cdf(double z) {
    if (z > 3) return 1 - upper_tail(z);
    if (z < -3) return upper_tail(-z);
    double term = z, sum = z;
    for (int k = 1; k < 60; ++k) {
        term *= z * z / (2 * k + 1);
        sum += term;
    }
    return 0.5 + density(z) * sum;
}

double normal_quantile(double p) {
    double low = -40, high = 40;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (normal_cdf(middle) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace gradesvc::irt
