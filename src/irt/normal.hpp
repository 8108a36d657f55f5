// The normal distribution.
#pragma once

namespace gradesvc::irt {

inline constexpr double z95 = 1.959963984540054; ///< of a two-sided 95 % interval
inline constexpr double z90 = 1.644853626951473; ///< of a two-sided 90 % interval

/// P(Z <= z) of the standard normal distribution, within 1e-15.
double normal_cdf(double z);

/// z with normal_cdf(z) = p, 0 < p < 1, within 1e-12. Bisection: not for hot paths.
double normal_quantile(double p);

} // namespace gradesvc::irt
