// The item models by slope and intercepts, where likelihoods are regular (a slope of 0 included) and near to quadratic.
//
// Parameters of an item with m steps: slope α = D a, then the intercepts δ_1 … δ_m = −α b, then for 3PL the log odds γ
// of c. 1PL to 3PL: z = αθ + δ. GRM: P(X >= k) = Ψ(αθ + δ_k), δ descending. GPCM: log P(X = k) = kαθ + Σ_{v<=k} δ_v − const.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/domain/item_definition.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace gradesvc::calibration {

inline constexpr std::size_t most_states = domain::limits::categories + 1;
inline constexpr std::size_t most_parameters = domain::limits::categories + 2;

inline std::size_t parameter_count(domain::irt_model model, std::size_t steps) {
    return 1 + steps + (model == domain::irt_model::three_pl ? 1 : 0);
}

/// log P of each category at a point and its derivatives by the parameters.
struct item_curves {
    std::array<double, most_states> log_p;
    std::array<std::array<double, most_parameters>, most_states> gradient;
};

void evaluate(domain::irt_model model, std::span<const double> parameters, double theta, item_curves& out);

using item_matrix = std::array<std::array<double, most_parameters>, most_parameters>;

/// Adds −Σ_k weight_k ∂² log P(X = k | theta) to `out`; of the categories `weights`.
void add_curvature(domain::irt_model model, std::span<const double> parameters, double theta,
                   std::span<const double> weights, item_matrix& out);

/// Whether there is such an item: thresholds of a GRM in order, a slope above 0 in 3PL.
bool is_legal(domain::irt_model model, std::span<const double> parameters);

/// The log density of the priors of an item, but for a constant; 0 without priors. A mode in log a and in c.
double log_prior(domain::irt_model model, std::span<const double> parameters);
/// Adds its gradient.
void add_prior_gradient(domain::irt_model model, std::span<const double> parameters, std::span<double> gradient);
/// Adds its negative second derivatives; those by the slope are not positive everywhere, with `positive` they are.
void add_prior_curvature(domain::irt_model model, std::span<const double> parameters, bool positive, item_matrix& out);

} // namespace gradesvc::calibration
