// What the data say about the parameters: the negative second derivatives of the marginal log-likelihood and priors.
#pragma once

#include "calibration/linear.hpp"
#include "calibration/maximization.hpp"

#include <cstddef>
#include <span>

namespace gradesvc::calibration {

/// Whether the observed information takes a second or two rather than minutes, and memory in bounds.
bool is_affordable(const problem&);

/// Observed information by Louis' identity (1982): with S the score of a person whose ability is known and B its negative
/// derivative, I = Σ_persons E[B] − E[SS'] + E[S]E[S]', all expectations over the person's posterior. The middle term
/// needs the persons expected in each pair of categories of two items at each point, and not more.
/// `e` is what expect() gives at `x`. The same for any number of threads.
matrix observed_information(const problem&, const log_table&, const expectation& e, std::span<const double> x,
                            std::size_t threads);

/// Σ_persons E[S]E[S]' and the curvature of the priors: near to it in large samples.
matrix cross_product_information(const problem&, const log_table&, std::span<const double> x, std::size_t threads);

} // namespace gradesvc::calibration
