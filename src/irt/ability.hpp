// Estimates of ability from the responses to a bank of items, and what goes with them. Pure functions.
//
// EAP: mean and standard deviation of the posterior on the grid (Bock & Mislevy 1982). MLE: the root of the score
// function S(θ), SE 1/√I. MAP: of S − (θ − μ)/σ², SE 1/√(I + 1/σ²). WLE: of S + J/(2I) with J = Σ P′P″/P over all
// categories (Warm 1989), SE 1/√I. I is Fisher's information. Roots are found to 1e-12.
#pragma once

#include "irt/item_bank.hpp"

#include <optional>
#include <span>

namespace gradesvc::irt {

struct estimate {
    double theta = 0;
    std::optional<double> se = {}; ///< null where `extreme`
    bool extreme = false;          ///< no finite maximum: theta is the bound of the grid on that side
};

/// The posterior on the grid, sum 1. `log_likelihood` is that of the bank and is used up; `mass` has a place for each node.
void posterior(const item_bank& bank, std::span<double> log_likelihood, std::span<double> mass);

/// From a posterior on the grid.
estimate eap(const item_bank& bank, std::span<const double> mass);

/// These begin at the grid's best node of `log_likelihood`. Some response is not missing for MLE and WLE.
estimate mle(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood);
estimate map(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood);
estimate wle(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood);

/// Σ of the items' Fisher information at theta.
double test_information(const item_bank& bank, double theta);

/// The mean of I/(I + 1/σ²) over the prior: the share of true variance in the estimates.
double marginal_reliability(const item_bank& bank);

/// Standardised log likelihood l_z of the responses at theta (Drasgow, Levine & Williams 1985, all categories); null where
/// it has no variance.
std::optional<double> person_fit(const item_bank& bank, std::span<const response> responses, double theta);

} // namespace gradesvc::irt
