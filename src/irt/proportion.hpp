// What a share of points says about the share that would be earned in the long run.
#pragma once

#include <utility>

namespace gradesvc::irt {

/// Wilson's score interval (Wilson 1927) for a share of `n` > 0 items at the normal quantile `z`; both ends in [0, 1].
std::pair<double, double> wilson_interval(double share, double n, double z);

/// The posterior Beta(1 + s, 1 + n − s) of a share after `s` of `n` under a flat prior. `s` may be a fraction.
struct beta_posterior {
    double a, b;

    beta_posterior(double s, double n) : a(1 + s), b(1 + n - s) {}
    double mean() const { return a / (a + b); }
    double variance() const { return a * b / ((a + b) * (a + b) * (a + b + 1)); }
    /// P(share >= x), within 1e-12.
    double probability_above(double x) const;
};

} // namespace gradesvc::irt
