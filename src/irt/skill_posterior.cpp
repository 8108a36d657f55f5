#include "irt/skill_posterior.hpp"

#include "irt/elementary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradesvc::irt {

namespace {

using matrix = std::vector<std::vector<double>>;

constexpr double furthest = 8; // standard deviations that a grid reaches
constexpr double pi = 3.14159265358979323846;
constexpr int window_rounds = 3; // a grid finds the next

// The inverse of a positive definite matrix by Gauss–Jordan elimination.
matrix inverse(matrix m) {
    const auto n = m.size();
    matrix inverted(n, std::vector<double>(n, 0.0));
    for (std::size_t i = 0; i < n; ++i) inverted[i][i] = 1;
    for (std::size_t k = 0; k < n; ++k) {
        const double pivot = m[k][k];
        for (std::size_t j = 0; j < n; ++j) {
            m[k][j] /= pivot;
            inverted[k][j] /= pivot;
        }
        for (std::size_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const double factor = m[i][k];
            for (std::size_t j = 0; j < n; ++j) {
                m[i][j] -= factor * m[k][j];
                inverted[i][j] -= factor * inverted[k][j];
            }
        }
    }
    return inverted;
}

double composite_sd(const matrix& correlation, const std::vector<std::pair<std::size_t, double>>& weights) {
    double variance = 0;
    for (const auto& [i, v] : weights)
        for (const auto& [j, w] : weights) variance += v * w * correlation[i][j];
    return std::sqrt(variance);
}

// Counts through all places of a grid, the last dimension fastest.
class odometer {
public:
    odometer(std::size_t dimensions, std::size_t points) : dimensions_(dimensions), points_(points) {}
    std::size_t operator[](std::size_t dimension) const { return at_[dimension]; }
    /// False when all have been counted.
    bool next() {
        for (std::size_t k = dimensions_; k-- > 0;) {
            if (++at_[k] < points_) return true;
            at_[k] = 0;
        }
        return false;
    }

private:
    std::size_t dimensions_, points_;
    std::array<std::size_t, most_skills> at_{};
};

std::size_t power(std::size_t base, std::size_t exponent) {
    std::size_t value = 1;
    for (std::size_t i = 0; i < exponent; ++i) value *= base;
    return value;
}

using by_node = std::array<double, domain::limits::skill_points>;

struct row_sums {
    double mass = 0;
    double moment = 0;
};

// Σ row and Σ row × x in four lanes, which is quicker and always the same.
row_sums sums_of(const double* row, const double* x, std::size_t n) {
    std::array<double, 4> mass{}, moment{};
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            mass[lane] += row[i + lane];
            moment[lane] += row[i + lane] * x[i + lane];
        }
    for (std::size_t lane = 0; i < n; ++i, ++lane) {
        mass[lane] += row[i];
        moment[lane] += row[i] * x[i];
    }
    return {(mass[0] + mass[1]) + (mass[2] + mass[3]), (moment[0] + moment[1]) + (moment[2] + moment[3])};
}

} // namespace

// A skill's nodes for one candidate, standardised by the prior.
struct skill_posterior::skill_grid {
    by_node z; // NOLINT: the first `points` are set
};

skill_posterior::skill_posterior(const matrix& correlation, std::span<const skill_item> items, double d, double min,
                                 double max, int points, normal_prior prior, std::vector<double> cuts)
    : d_(d),
      min_((min - prior.mean) / prior.sd),
      max_((max - prior.mean) / prior.sd),
      reach_(std::min(furthest, std::sqrt(pi * (points - 1)))),
      points_(static_cast<std::size_t>(points)),
      prior_(prior),
      cuts_(std::move(cuts)),
      precision_(inverse(correlation)) {
    for (std::size_t k = 0; k < skills(); ++k) group_of({k});
    for (std::size_t i = 0; i < items.size(); ++i) {
        std::vector<std::size_t> tested;
        std::vector<double> weights;
        const double sd = composite_sd(correlation, items[i].weights);
        for (const auto& [skill, weight] : items[i].weights) {
            tested.push_back(skill);
            weights.push_back(weight / sd);
        }
        auto& group = group_of(tested);
        group.items.push_back(i);
        group.models.push_back(items[i].parameters);
        group.weights.push_back(std::move(weights));
    }
}

skill_posterior::item_group& skill_posterior::group_of(const std::vector<std::size_t>& skills) {
    const auto known = std::find_if(groups_.begin(), groups_.end(), [&](const auto& g) { return g.skills == skills; });
    if (known != groups_.end()) return *known;
    auto& made = groups_.emplace_back();
    made.skills = skills;
    made.nodes = power(points_, skills.size());
    for (std::size_t j = 0; j < skills.size(); ++j) made.strides.push_back(power(points_, skills.size() - 1 - j));
    return made;
}

void skill_posterior::place(skill_grid& grid, double min, double max) const {
    const double step = (max - min) / static_cast<double>(points_ - 1);
    for (std::size_t q = 0; q < points_; ++q) grid.z[q] = min + step * static_cast<double>(q);
}

// That of a group's items at the nodes of its grid, the largest 0. Works in three times as many places as nodes.
void skill_posterior::log_likelihood(const item_group& group, std::span<const response> responses,
                                     std::span<const skill_grid> grids, double* values) const {
    const auto nodes = group.nodes;
    double *const factor = values + nodes, *const theta = values + 2 * nodes;
    std::fill_n(values, nodes, 0.0);
    std::fill_n(factor, nodes, 1.0);
    const auto find_composites = [&](const std::vector<double>& weights) {
        odometer at(group.skills.size(), points_);
        for (std::size_t node = 0; node < nodes; ++node, at.next()) {
            double z = 0;
            for (std::size_t j = 0; j < weights.size(); ++j) z += weights[j] * grids[group.skills[j]].z[at[j]];
            theta[node] = prior_.mean + prior_.sd * z;
        }
    };
    const bool alike = group.skills.size() == 1; // the composite is the skill itself
    if (alike) find_composites({1.0});
    for (std::size_t i = 0; i < group.items.size(); ++i) {
        const auto given = responses[group.items[i]];
        if (given == missing) continue;
        if (!alike) find_composites(group.weights[i]);
        add_response(group.models[i], d_, std::span(theta, nodes), static_cast<std::size_t>(given),
                     {std::span(values, nodes), std::span(factor, nodes)});
    }
    for (std::size_t node = 0; node < nodes; ++node) values[node] -= log(factor[node]);
    const double largest = *std::max_element(values, values + nodes);
    for (std::size_t node = 0; node < nodes; ++node) values[node] -= largest;
}

// Mean and variance of a skill's posterior by its own items alone; each grid is placed around what the one before saw.
std::pair<double, double> skill_posterior::alone(std::size_t skill, std::span<const response> responses,
                                                 std::span<skill_grid> grids) const {
    std::array<double, 3 * domain::limits::skill_points> mass; // NOLINT: the first 3 `points` are set
    auto& grid = grids[skill];
    place(grid, min_, max_);
    const auto& own = groups_[skill];
    double mean = 0, variance = 1;
    const bool any = std::any_of(own.items.begin(), own.items.end(), [&](auto i) { return responses[i] != missing; });
    for (int round = 0; any && round < window_rounds; ++round) {
        log_likelihood(own, responses, grids, mass.data());
        double total = 0;
        mean = variance = 0;
        for (std::size_t q = 0; q < points_; ++q) {
            mass[q] = exp(mass[q] - 0.5 * grid.z[q] * grid.z[q]);
            total += mass[q];
            mean += mass[q] * grid.z[q];
        }
        mean /= total;
        for (std::size_t q = 0; q < points_; ++q) variance += mass[q] / total * (grid.z[q] - mean) * (grid.z[q] - mean);
        const double step = grid.z[1] - grid.z[0];
        if (variance >= step * step) break;
        variance = std::max(variance, step * step / 4); // a narrower posterior cannot be seen yet
        place(grid, std::max(min_, mean - reach_ * std::sqrt(variance)),
              std::min(max_, mean + reach_ * std::sqrt(variance)));
    }
    return {mean, variance};
}

// With normal likelihoods of precision 1/s² − 1, where s² is the variance alone, the joint posterior has the precision
// R⁻¹ + diag(1/s² − 1) and the mean that this takes to m/s².
void skill_posterior::place_all(std::span<const response> responses, std::span<skill_grid> grids) const {
    matrix precision = precision_;
    std::array<double, most_skills> pull{};
    for (std::size_t k = 0; k < skills(); ++k) {
        const auto [mean, variance] = alone(k, responses, grids);
        precision[k][k] += std::max(0.0, 1 / variance - 1);
        pull[k] = mean / variance;
    }
    const auto covariance = inverse(std::move(precision));
    for (std::size_t k = 0; k < skills(); ++k) {
        double mean = 0;
        for (std::size_t j = 0; j < skills(); ++j) mean += covariance[k][j] * pull[j];
        mean = std::clamp(mean, min_, max_);
        const double wide = reach_ * std::sqrt(covariance[k][k]);
        place(grids[k], std::max(min_, mean - wide), std::min(max_, mean + wide));
    }
}

skill_estimates skill_posterior::operator()(std::span<const response> responses, std::vector<double>& workspace) const {
    std::array<skill_grid, most_skills> storage; // NOLINT: those of the skills are set
    const auto grids = std::span(storage).first(skills());
    place_all(responses, grids);
    std::size_t needed = 0;
    for (const auto& group : groups_) needed += 3 * group.nodes; // more than all and what the last works in
    if (workspace.size() < needed) workspace.resize(needed);
    double* next = workspace.data();
    for (const auto& group : groups_) {
        log_likelihood(group, responses, grids, next);
        next += group.nodes;
    }
    skill_estimates found;
    const double largest = sum(grids, workspace.data(), 0, found);
    if (largest < -600) sum(grids, workspace.data(), -largest, found); // responses at odds with each other underflow
    return found;
}

// Sums exp(log prior + log likelihood + offset) over rows along the last skill, while the others count through their
// places. Returns the largest of log prior + log likelihood.
double skill_posterior::sum(std::span<const skill_grid> grids, const double* likelihoods, double offset,
                            skill_estimates& found) const {
    const auto last = skills() - 1;
    const double* const x = grids[last].z.data();
    std::array<by_node, most_skills> mass; // marginals
    for (std::size_t k = 0; k <= last; ++k) std::fill_n(mass[k].begin(), points_, 0.0);
    std::array<std::array<double, most_skills>, most_skills> product{}; // E[x y] × total
    by_node along, row;                                                 // NOLINT: the first `points` are set
    for (std::size_t q = 0; q < points_; ++q) along[q] = -0.5 * precision_[last][last] * x[q] * x[q];
    double largest = -std::numeric_limits<double>::infinity();
    odometer at(last, points_);
    do {
        double outer = offset, slope = 0;
        for (std::size_t a = 0; a < last; ++a) {
            const double z = grids[a].z[at[a]];
            slope -= precision_[a][last] * z;
            outer -= 0.5 * precision_[a][a] * z * z;
            for (std::size_t b = a + 1; b < last; ++b) outer -= precision_[a][b] * z * grids[b].z[at[b]];
        }
        for (std::size_t q = 0; q < points_; ++q) row[q] = along[q] + slope * x[q];
        const double* group_likelihood = likelihoods;
        for (const auto& group : groups_) {
            std::size_t node = 0;
            for (std::size_t j = 0; j < group.skills.size(); ++j)
                if (group.skills[j] != last) node += at[group.skills[j]] * group.strides[j];
            if (group.skills.back() != last)
                outer += group_likelihood[node];
            else
                for (std::size_t q = 0; q < points_; ++q) row[q] += group_likelihood[node + q];
            group_likelihood += group.nodes;
        }
        for (std::size_t q = 0; q < points_; ++q) {
            row[q] += outer;
            largest = std::max(largest, row[q]);
        }
        for (std::size_t q = 0; q < points_; ++q) {
            row[q] = exp(row[q]);
            mass[last][q] += row[q];
        }
        const auto [whole, moment] = sums_of(row.data(), x, points_);
        for (std::size_t a = 0; a < last; ++a) {
            const double z = grids[a].z[at[a]];
            mass[a][at[a]] += whole;
            product[a][last] += z * moment;
            for (std::size_t b = a + 1; b < last; ++b) product[a][b] += z * grids[b].z[at[b]] * whole;
        }
    } while (at.next());

    double total = 0;
    for (std::size_t q = 0; q < points_; ++q) total += mass[last][q];
    std::array<double, most_skills> mean{};
    for (std::size_t k = 0; k <= last; ++k) {
        double variance = 0;
        for (std::size_t q = 0; q < points_; ++q) {
            mass[k][q] /= total;
            mean[k] += mass[k][q] * grids[k].z[q];
        }
        for (std::size_t q = 0; q < points_; ++q)
            variance += mass[k][q] * (grids[k].z[q] - mean[k]) * (grids[k].z[q] - mean[k]);
        found.mean[k] = prior_.mean + prior_.sd * mean[k];
        found.covariance[k][k] = prior_.sd * prior_.sd * variance;
        found.above_cut[k] =
            mass_above(std::span(grids[k].z).first(points_), mass[k].data(), (cuts_[k] - prior_.mean) / prior_.sd);
    }
    for (std::size_t a = 0; a < last; ++a)
        for (std::size_t b = a + 1; b <= last; ++b)
            found.covariance[a][b] = found.covariance[b][a] =
                prior_.sd * prior_.sd * (product[a][b] / total - mean[a] * mean[b]);
    return largest - offset;
}

std::size_t skill_posterior::memory() const {
    std::size_t bytes = sizeof(*this);
    for (const auto& group : groups_)
        bytes += sizeof(group) + group.items.size() * (sizeof(domain::irt_parameters) + sizeof(std::vector<double>) +
                                                       (2 + group.skills.size()) * sizeof(double));
    return bytes;
}

} // namespace gradesvc::irt
