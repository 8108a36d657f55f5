#include "irt/quadrature.hpp"

#include "irt/elementary.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::irt {

quadrature normal_quadrature(double min, double max, int points, double mean, double sd) {
    quadrature grid;
    const auto count = static_cast<std::size_t>(points);
    const double step = (max - min) / (points - 1);
    for (std::size_t q = 0; q < count; ++q) {
        // from the nearer end, so that a symmetric range has symmetric nodes
        const double node =
            2 * q < count ? min + step * static_cast<double>(q) : max - step * static_cast<double>(count - 1 - q);
        const double z = (node - mean) / sd;
        grid.nodes.push_back(2 * q + 1 == count ? min + (max - min) / 2 : node);
        grid.log_weights.push_back(-0.5 * z * z);
    }
    const double largest = *std::max_element(grid.log_weights.begin(), grid.log_weights.end());
    double sum = 0;
    for (const double w : grid.log_weights) sum += grid.weights.emplace_back(exp(w - largest));
    for (double& w : grid.weights) w /= sum;
    const double log_sum = largest + log(sum);
    for (double& w : grid.log_weights) w -= log_sum;
    return grid;
}

double mass_above(std::span<const double> nodes, const double* mass, double cut) {
    const double spacing = nodes[1] - nodes[0];
    double above = 0;
    for (std::size_t q = 0; q < nodes.size(); ++q)
        above += mass[q] * std::clamp((nodes[q] - cut) / spacing + 0.5, 0.0, 1.0);
    return above;
}

} // namespace gradesvc::irt
