// The M step: parameters that suit the expected counts best; and what the counts say about the likelihood.
#pragma once

#include "calibration/expectation.hpp"
#include "calibration/grid.hpp"

namespace gradesvc::calibration {

/// A model, data and points to estimate at.
struct problem {
    const pattern_set& set;
    const parameter_map& map;
    const irt::quadrature& grid;
    std::size_t width() const { return padded(grid.nodes.size()); } ///< of rows over the points
};

/// Better parameters for all items, by scoring steps from `x`.
std::vector<double> maximize(const problem&, const expectation&, std::vector<double> x);

/// Of the marginal log-likelihood and the priors, at the parameters that the counts come from.
struct slopes {
    std::vector<double> gradient;
    std::vector<double> information; ///< by parameter, if abilities were known: the diagonal
};
slopes slopes_at(const problem&, const expectation&, std::span<const double> x);

/// Of all items.
double log_prior(const problem&, std::span<const double> x);

/// Whether all items are legal.
bool is_legal(const problem&, std::span<const double> x);

} // namespace gradesvc::calibration
