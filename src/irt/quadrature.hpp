// Equally spaced points of the latent scale with weights in proportion to a normal density: the prior on a grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gradesvc::irt {

struct quadrature {
    std::vector<double> nodes;       ///< ascending
    std::vector<double> weights;     ///< of the prior, sum 1
    std::vector<double> log_weights; ///< finite

    std::size_t size() const { return nodes.size(); }
    double spacing() const { return nodes[1] - nodes[0]; }
};

/// `points` >= 2 nodes from `min` to `max` under N(mean, sd²).
quadrature normal_quadrature(double min, double max, int points, double mean, double sd);

/// How much of a mass spread over the cells of a grid lies at or above `cut`. A node's mass fills its cell, half the
/// spacing to either side, evenly; the outer cells are as wide as the others. `mass` has a place for each node.
double mass_above(std::span<const double> nodes, const double* mass, double cut);

} // namespace gradesvc::irt
