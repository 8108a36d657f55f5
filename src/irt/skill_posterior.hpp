// The joint posterior of several correlated skills given the responses to items that test one of them or more: mean and
// covariance by summation over a grid (multidimensional EAP, compensatory model).
//
// An item follows its model at the composite Σ w_k z_k / √(w′Rw) of the skills it tests, z standardised by the prior and w
// its weights: so the composite has the prior's distribution and item parameters mean the same as with one dimension. The
// likelihood is a product of factors that depend on the skills of one group of items only; each is tabulated, and only
// their product is taken at the nodes of the whole grid.
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

class skill_posterior {
public:
    /// `correlation` is K × K, positive definite, 1 <= K <= most_skills; each skill has `points` nodes from `min` to `max`.
    skill_posterior(const std::vector<std::vector<double>>& correlation, std::span<const skill_item> items, double d,
                    double min, double max, int points, normal_prior prior, std::vector<double> cuts);

    std::size_t skills() const { return cuts_.size(); }
    const normal_prior& prior() const { return prior_; }

    /// A response for each item. Works in `workspace`, which keeps its memory.
    skill_estimates operator()(std::span<const response> responses, std::vector<double>& workspace) const;

    std::size_t memory() const;

private:
    struct item_row {
        std::size_t item;
        std::size_t first_row; // of table, in rows of the group's nodes
    };
    /// Items that test the same skills.
    struct item_group {
        std::vector<std::size_t> skills;  // ascending
        std::size_t nodes;                // points ^ skills
        std::vector<std::size_t> strides; // of the skills
        std::size_t factor;               // where its factor begins in the workspace
        std::vector<item_row> items;
        std::vector<double> table; // log P: rows of nodes, the last skill fastest
    };
    void tabulate(item_group& of, const domain::irt_parameters& item, const std::vector<double>& weights, double d);
    item_group& group_of(const std::vector<std::size_t>& skills);
    void set_prior(const std::vector<std::vector<double>>& correlation);
    void fill_factors(std::span<const response> responses, double* factor) const;
    skill_estimates summed(const double* factors) const;

    normal_prior prior_;
    std::vector<double> nodes_;
    std::vector<double> cuts_;
    std::vector<item_group> groups_;
    std::vector<double> joint_prior_; // of all nodes, the last skill fastest
};

} // namespace gradesvc::irt
