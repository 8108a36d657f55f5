// How an item answers to ability: the probability of each response category at a point of the latent scale.
//
// 1PL–4PL: P(1) = c + (u − c) Ψ(Da(θ − b)), Ψ the logistic function, u the upper asymptote. GRM (Samejima 1969):
// P(X ≥ k) = Ψ(Da(θ − b_k)). GPCM (Muraki 1992): P(X = k) ∝ exp Σ_{v ≤ k} Da(θ − b_v). D is the scaling constant of the
// test, 1 for the logistic metric and 1.702 near the normal ogive. Pure functions; nothing allocates.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/domain/item_definition.hpp"

#include <cstddef>
#include <span>

namespace gradesvc::irt {

inline constexpr std::size_t most_categories = domain::limits::categories + 1;

/// Response categories of an item, 2 for the dichotomous models.
inline std::size_t categories(const domain::irt_parameters& item) { return item.b.size() + 1; }

/// log P(X = k | theta) of each category; `out` has categories(item) places. Exact far into the tails; -infinity where a
/// category is impossible (no guessing and an `a` of 0 in a GRM, say).
void log_probabilities(const domain::irt_parameters& item, double d, double theta, std::span<double> out);

/// That of one category, which exists.
double log_probability(const domain::irt_parameters& item, double d, double theta, std::size_t category);

/// The log likelihood of responses to one item after another at many points, and the part of it whose logarithm is still to
/// be taken: log likelihood = sum − log(factor). The common case then costs one `exp` a point and no `log`; the factor stays
/// below 2^limits::items. Spans have a place for each point.
struct likelihood_rows {
    std::span<double> sum;
    std::span<double> factor;
};
void add_response(const domain::irt_parameters& item, double d, std::span<const double> thetas, std::size_t category,
                  likelihood_rows rows);

/// A category's probability, and its first two derivatives by theta in relation to it: no underflow in the tails.
struct category_curve {
    double p = 0;
    double slope = 0; ///< P′/P, the derivative of log P
    double bend = 0;  ///< P″/P
};

/// `out` has categories(item) places.
void curves(const domain::irt_parameters& item, double d, double theta, std::span<category_curve> out);

/// The mean share of the highest category at theta: of a dichotomous item P(1).
double expected_share(const domain::irt_parameters& item, double d, double theta);

/// Fisher information Σ P′²/P of an item at theta.
double information(const domain::irt_parameters& item, double d, double theta);

} // namespace gradesvc::irt
