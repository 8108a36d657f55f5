// The joint posterior of several correlated skills given the responses to items that test one of them or more: mean and
// covariance by summation over a grid (multidimensional EAP, compensatory model).
//
// An item follows its model at the composite Σ w_k z_k / √(w′Rw) of the skills it tests, z standardised by the prior and w
// its weights: so the composite has the prior's distribution and item parameters mean the same as with one dimension.
// The grid of a skill lies where the candidate's posterior is by a normal approximation, within the range of the quadrature.
// It reaches √(π (points − 1)) standard deviations to either side of the mean, 8 at most: there the tails that are cut off
// weigh as much as the error of the step.
#pragma once

#include "irt/item_bank.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace gradesvc::irt {

inline constexpr std::size_t most_skills = domain::limits::modelled_skills;

struct skill_item {
    domain::irt_parameters parameters;
    std::vector<std::pair<std::size_t, double>> weights; ///< skill, weight > 0; ascending, distinct
};

/// Of the first K skills.
struct skill_estimates {
    std::array<double, most_skills> mean = {};
    std::array<std::array<double, most_skills>, most_skills> covariance = {};
    std::array<double, most_skills> above_cut = {}; ///< P(skill >= its cut)
};

/// Immutable once built; thread-safe.
class skill_posterior {
public:
    /// `correlation` is K × K, positive definite, 1 <= K <= most_skills; each skill has `points` nodes within `min` to
    /// `max`, points <= limits::skill_points.
    skill_posterior(const std::vector<std::vector<double>>& correlation, std::span<const skill_item> items, double d,
                    double min, double max, int points, normal_prior prior, std::vector<double> cuts);

    std::size_t skills() const { return cuts_.size(); }
    const normal_prior& prior() const { return prior_; }

    /// A response for each item. Works in `workspace`, which keeps its memory. Time points ^ K.
    skill_estimates operator()(std::span<const response> responses, std::vector<double>& workspace) const;

    std::size_t memory() const;

private:
    /// Items that test the same skills.
    struct item_group {
        std::vector<std::size_t> skills;  // ascending
        std::vector<std::size_t> strides; // of the skills in the group's grid, the last fastest
        std::size_t nodes;                // points ^ skills
        std::vector<std::size_t> items;   // positions among the responses
        std::vector<domain::irt_parameters> models;
        std::vector<std::vector<double>> weights; // of each item, on standardised skills
    };
    struct skill_grid;

    item_group& group_of(const std::vector<std::size_t>& skills);
    void place(skill_grid& grid, double min, double max) const;
    void log_likelihood(const item_group& group, std::span<const response> responses, std::span<const skill_grid> grids,
                        double* values) const;
    std::pair<double, double> alone(std::size_t skill, std::span<const response> responses,
                                    std::span<skill_grid> grids) const;
    void place_all(std::span<const response> responses, std::span<skill_grid> grids) const;
    double sum(std::span<const skill_grid> grids, const double* likelihoods, double offset,
               skill_estimates& found) const;

    double d_, min_, max_, reach_;
    std::size_t points_;
    normal_prior prior_;
    std::vector<double> cuts_;
    std::vector<std::vector<double>> precision_; // the inverse of the correlations
    std::vector<item_group> groups_;             // those of one skill first, in the order of skills, even if empty
};

} // namespace gradesvc::irt
